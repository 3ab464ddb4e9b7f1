package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.ResendRepository;
import dev.sluice.producer.sql.SqlResendRepository;
import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.conf.ParamType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ResendRepositoryTest {
  private static final Fixture FIXTURE = new Fixture();
  private static final DSLContext SQL = FIXTURE.sql();

  private final ResendRepository resends = new SqlResendRepository(FIXTURE.producer());

  @BeforeAll
  static void sender() {
    FIXTURE.sender("s", 80, 1);
  }

  @Test
  void failedRecipientsGoBackInANewRoundAndTheirCounterWithThem() {
    UUID campaign = completed(5_000, 4_500);
    FanOutState.Resend resend = resend(1, RecipientStatus.FAILED);
    int steps = 0;
    ResendRepository.Progress progress = ResendRepository.Progress.MORE;
    while (progress == ResendRepository.Progress.MORE) {
      progress = resends.step(campaign, resend);
      steps++;
      assertNeverSendingWithNobodyPending(campaign);
    }

    assertThat(progress).isEqualTo(ResendRepository.Progress.READY);
    assertThat(steps).isEqualTo(4);
    assertThat(pending(campaign, 2)).isEqualTo(4_500);
    Record row = row(campaign);
    assertThat(row.get(CAMPAIGN.STATUS)).isEqualTo(CampaignStatus.SENDING);
    assertThat(row.get(CAMPAIGN.FAILED)).isZero();
    assertThat(row.get(CAMPAIGN.SENT)).isEqualTo(500);
    assertThat(row.get(CAMPAIGN.ROUND)).isEqualTo(2);
    assertThat(row.get(CAMPAIGN.COMPLETED_AT)).isNull();
  }

  @Test
  void whoeverIsInDoubtGoesBackIfAskedForByName() {
    UUID campaign = completed(10, 4);
    SQL.execute(
        """
        WITH changed AS (UPDATE sluice.campaign_recipient SET status = 'UNCONFIRMED'
                         WHERE campaign_id = ? AND status = 'SENT' RETURNING 1)
        UPDATE sluice.campaign SET sent = 0, unconfirmed = (SELECT count(*) FROM changed)
        WHERE id = ?
        """,
        campaign,
        campaign);

    assertThat(run(campaign, resend(1, RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED)))
        .isEqualTo(ResendRepository.Progress.READY);
    assertThat(pending(campaign, 2)).isEqualTo(10);
    assertThat(row(campaign).get(CAMPAIGN.UNCONFIRMED)).isZero();
  }

  @Test
  void theTimesOfTheRoundBeforeAreForgotten() {
    UUID campaign = completed(3, 3);
    SQL.execute(
        "UPDATE sluice.campaign_recipient SET sent_at = now(), delivered_at = now(),"
            + " read_at = now(), failed_at = now() WHERE campaign_id = ?",
        campaign);

    run(campaign, resend(1, RecipientStatus.FAILED));

    assertThat(
            SQL.fetch(
                "SELECT * FROM sluice.campaign_recipient WHERE campaign_id = ?"
                    + " AND num_nulls(sent_at, delivered_at, read_at, failed_at) = 4",
                campaign))
        .hasSize(3);
  }

  @Test
  void withNobodyConcernedTheCampaignStaysCompleted() {
    UUID campaign = completed(5, 0);

    assertThat(run(campaign, resend(1, RecipientStatus.FAILED)))
        .isEqualTo(ResendRepository.Progress.NOTHING_TO_DO);
    assertThat(row(campaign).get(CAMPAIGN.STATUS)).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(row(campaign).get(CAMPAIGN.ROUND)).isEqualTo(1);
  }

  @Test
  void aRestartGoesOnWithTheRoundThatHasBegun() {
    UUID campaign = completed(5_000, 5_000);
    FanOutState.Resend resend = resend(1, RecipientStatus.FAILED);
    resends.step(campaign, resend);

    ResendRepository restarted = new SqlResendRepository(FIXTURE.producer());
    while (restarted.step(campaign, resend) == ResendRepository.Progress.MORE) {}
    assertThat(pending(campaign, 2)).isEqualTo(5_000);
    assertThat(row(campaign).get(CAMPAIGN.FAILED)).isZero();
  }

  @Test
  void aCampaignThatWasCancelledMeanwhileIsLeftAlone() {
    UUID campaign = completed(5_000, 5_000);
    FanOutState.Resend resend = resend(1, RecipientStatus.FAILED);
    resends.step(campaign, resend);
    SQL.execute("UPDATE sluice.campaign SET status = 'CANCELLED' WHERE id = ?", campaign);

    assertThat(resends.step(campaign, resend)).isEqualTo(ResendRepository.Progress.NOTHING_TO_DO);
    assertThat(pending(campaign, 2)).isEqualTo(2_000);
    assertThat(row(campaign).get(CAMPAIGN.FAILED)).isEqualTo(3_000);
  }

  /**
   * A receipt is written just when the resend waits for a row; no recipient must be left behind.
   */
  @Test
  void aResultThatIsWrittenMeanwhileDoesNotCompleteTheCampaign() throws Exception {
    UUID campaign = completed(5, 4);
    FanOutState.Resend resend = resend(1, RecipientStatus.FAILED);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ResendRepository.Progress> step =
          SQL.transactionResult(lock -> {
            lock.dsl()
                .execute(
                    "SELECT 1 FROM sluice.campaign_recipient"
                        + " WHERE campaign_id = ? AND status = 'FAILED' FOR UPDATE",
                    campaign);
            Future<ResendRepository.Progress> waiting =
                threads.submit(() -> resends.step(campaign, resend));
            Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                    !lock.dsl()
                        .fetch(
                            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
                                + " WHERE NOT granted AND datname = current_database()")
                        .isEmpty());
            assertNeverSendingWithNobodyPending(campaign);
            writeAResult(lock.dsl(), campaign);
            return waiting;
          });
      step.get();
      writeAResult(SQL, campaign);
      while (resends.step(campaign, resend) == ResendRepository.Progress.MORE) {}
    }

    assertThat(pending(campaign, 2)).isEqualTo(4);
    assertThat(row(campaign).get(CAMPAIGN.STATUS)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void onlyThoseWithTheReasonsGoBack() {
    UUID campaign = completed(10, 6);
    SQL.execute(
        "UPDATE sluice.campaign_recipient SET error_code = CASE id % 3 WHEN 0 THEN '131026'"
            + " WHEN 1 THEN '131049' END WHERE campaign_id = ? AND status = 'FAILED'",
        campaign);
    var nobody =
        new FanOutState.Resend(Set.of(RecipientStatus.FAILED), 1, null, null, Set.of("190"), null);
    var some =
        new FanOutState.Resend(
            Set.of(RecipientStatus.FAILED), 2, null, null, Set.of("131026", "131049"), null);

    assertThat(run(campaign, nobody)).isEqualTo(ResendRepository.Progress.NOTHING_TO_DO);
    assertThat(run(campaign, some)).isEqualTo(ResendRepository.Progress.READY);
    assertThat(pending(campaign, 2)).isEqualTo(4);
    assertThat(row(campaign).get(CAMPAIGN.FAILED)).isEqualTo(2);
  }

  /** Whoever was selected is looked at for each status, without a look at anybody else. */
  @Test
  void onlyThoseWhoWereSelectedGoBackAndOnlyIfTheyHaveOneOfTheStatuses() {
    UUID campaign = completed(10, 6);
    UUID other = completed(3, 3);
    List<Long> failed = ids(campaign, RecipientStatus.FAILED);
    List<Long> sent = ids(campaign, RecipientStatus.SENT);
    List<Long> others = ids(other, RecipientStatus.FAILED);
    List<Long> chosen =
        List.of(failed.get(1), failed.get(4), sent.getFirst(), others.getFirst(), -1L);

    assertThat(run(campaign, selected(1, List.of(sent.getFirst(), others.getFirst()))))
        .isEqualTo(ResendRepository.Progress.NOTHING_TO_DO);
    assertThat(run(campaign, selected(2, chosen))).isEqualTo(ResendRepository.Progress.READY);

    assertThat(ids(campaign, RecipientStatus.PENDING))
        .containsExactly(failed.get(1), failed.get(4));
    assertThat(row(campaign).get(CAMPAIGN.FAILED)).isEqualTo(4);
    assertThat(row(campaign).get(CAMPAIGN.SENT)).isEqualTo(4);
    assertThat(ids(other, RecipientStatus.FAILED)).isEqualTo(others);
  }

  /** A command that is read once more, and a step that is repeated after a crash. */
  @Test
  void aSelectionThatIsSentToOnceMoreIsSentToOnlyOnce() {
    UUID campaign = completed(10, 6);
    List<Long> failed = ids(campaign, RecipientStatus.FAILED);
    FanOutState.Resend resend = selected(1, failed.subList(0, 2));
    run(campaign, resend);

    assertThat(run(campaign, resend)).isEqualTo(ResendRepository.Progress.READY);
    assertThat(pending(campaign, 2)).isEqualTo(2);
    assertThat(row(campaign).get(CAMPAIGN.ROUND)).isEqualTo(2);
    assertThat(run(campaign, selected(2, failed)))
        .as("another one while it sends")
        .isEqualTo(ResendRepository.Progress.NOTHING_TO_DO);
    assertThat(row(campaign).get(CAMPAIGN.FAILED)).isEqualTo(4);
  }

  private static FanOutState.Resend selected(long offset, List<Long> ids) {
    return new FanOutState.Resend(
        EnumSet.of(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED),
        offset,
        null,
        null,
        null,
        ids);
  }

  private static List<Long> ids(UUID campaign, RecipientStatus status) {
    var r = CAMPAIGN_RECIPIENT;
    return SQL.select(r.ID)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaign))
        .and(r.STATUS.eq(status))
        .orderBy(r.ID)
        .fetch(r.ID);
  }

  /** Batches hold 2,000 recipients; the one with the reason comes after them. */
  @Test
  void whoComesAfterManyWithOtherReasonsGoesBack() {
    UUID campaign = completed(4_500, 4_500);
    SQL.execute(
        "UPDATE sluice.campaign_recipient SET error_code = '131026' WHERE id ="
            + " (SELECT max(id) FROM sluice.campaign_recipient WHERE campaign_id = ?)",
        campaign);
    var rare =
        new FanOutState.Resend(
            Set.of(RecipientStatus.FAILED), 1, null, null, Set.of("131026"), null);

    assertThat(run(campaign, rare)).isEqualTo(ResendRepository.Progress.READY);
    assertThat(pending(campaign, 2)).isEqualTo(1);
  }

  @Test
  void batchesWalkThroughNoOlderCampaignsRows() {
    int many = Integer.getInteger("sluice.test.olderRows", 40_000);
    UUID older = completed(many, many);
    UUID campaign = completed(40_000, 30_000);
    // PostgreSQL refuses it to any other role, by a warning alone.
    FIXTURE.asOwner("ANALYZE sluice.campaign_recipient");
    var r = CAMPAIGN_RECIPIENT;
    assertThat(
            plan(
                SQL.select(r.ID)
                    .from(r)
                    .where(r.CAMPAIGN_ID.eq(campaign))
                    .and(r.STATUS.eq(RecipientStatus.FAILED))
                    .orderBy(r.ID)
                    .limit(2_000)))
        .as("it is large enough for such a walk to look cheap")
        .contains("campaign_recipient_pkey", "Rows Removed by Filter");
    for (Cursor cursor : List.of(Cursor.START, middle(campaign))) {
      assertWalksTheIndexAlone(campaign, null, cursor);
      assertWalksTheIndexAlone(campaign, Set.of("131026"), cursor);
    }
    assertThat(pending(older, 2)).isZero();
  }

  private static void assertWalksTheIndexAlone(
      UUID campaign, @Nullable Set<String> reasons, Cursor cursor) {
    assertThat(
            plan(SqlResendRepository.page(SQL, campaign, RecipientStatus.FAILED, reasons, cursor)))
        .containsPattern("Index (Only )?Scan using campaign_recipient_page")
        .doesNotContain("Sort", "Seq Scan", "Rows Removed by Filter");
  }

  private static String plan(Query query) {
    return String.join(
        "\n",
        SQL.fetch("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + query.getSQL(ParamType.INLINED))
            .getValues(0, String.class));
  }

  private static Cursor middle(UUID campaign) {
    var page =
        SqlResendRepository.page(SQL, campaign, RecipientStatus.FAILED, null, Cursor.START).fetch();
    return new Cursor(page.getLast().value1(), page.getLast().value2());
  }

  private ResendRepository.Progress run(UUID campaign, FanOutState.Resend resend) {
    ResendRepository.Progress progress = resends.step(campaign, resend);
    while (progress == ResendRepository.Progress.MORE) {
      progress = resends.step(campaign, resend);
    }
    return progress;
  }

  private static FanOutState.Resend resend(long offset, RecipientStatus... statuses) {
    return new FanOutState.Resend(EnumSet.copyOf(Set.of(statuses)), offset, null, null, null, null);
  }

  /** Creates a campaign that has ended, with some recipients failed and all others sent. */
  private static UUID completed(int recipients, int failed) {
    UUID campaign = FIXTURE.campaign("s", recipients);
    SQL.execute(
        """
        UPDATE sluice.campaign_recipient SET status = CASE WHEN number <= ? THEN 'FAILED' ELSE 'SENT' END
        FROM (SELECT id AS of, row_number() OVER (ORDER BY id) AS number
              FROM sluice.campaign_recipient WHERE campaign_id = ?) AS numbered
        WHERE id = of
        """,
        failed,
        campaign);
    SQL.update(CAMPAIGN)
        .set(CAMPAIGN.STATUS, CampaignStatus.COMPLETED)
        .set(CAMPAIGN.TOTAL, (long) recipients)
        .set(CAMPAIGN.FAILED, (long) failed)
        .set(CAMPAIGN.SENT, (long) recipients - failed)
        .set(CAMPAIGN.COMPLETED_AT, Instant.now())
        .where(CAMPAIGN.ID.eq(campaign))
        .execute();
    return campaign;
  }

  /**
   * Writes a result as the aggregator does, and completes the campaign if no recipient is pending
   * after it.
   */
  private static void writeAResult(DSLContext sql, UUID campaign) {
    sql.execute(
        """
        WITH changed AS (
          UPDATE sluice.campaign_recipient SET status = 'DELIVERED'
          WHERE campaign_id = ? AND status = 'SENT' RETURNING 1
        )
        UPDATE sluice.campaign
        SET sent = sent - n, delivered = delivered + n,
            status = CASE WHEN status = 'SENDING' AND total - sent - delivered - failed <= 0
                          THEN 'COMPLETED' ELSE status END
        FROM (SELECT count(*) AS n FROM changed) AS changes
        WHERE id = ?
        """,
        campaign,
        campaign);
  }

  private static void assertNeverSendingWithNobodyPending(UUID campaign) {
    Record row = row(campaign);
    long settled = row.get(CAMPAIGN.SENT) + row.get(CAMPAIGN.DELIVERED) + row.get(CAMPAIGN.FAILED);
    if (row.get(CAMPAIGN.STATUS) == CampaignStatus.SENDING) {
      assertThat(row.get(CAMPAIGN.TOTAL) - settled).isPositive();
    }
  }

  private static Record row(UUID campaign) {
    return SQL.selectFrom(CAMPAIGN).where(CAMPAIGN.ID.eq(campaign)).fetchSingle();
  }

  private static int pending(UUID campaign, int round) {
    return SQL.fetchCount(
        CAMPAIGN_RECIPIENT,
        CAMPAIGN_RECIPIENT
            .CAMPAIGN_ID
            .eq(campaign)
            .and(CAMPAIGN_RECIPIENT.STATUS.eq(RecipientStatus.PENDING))
            .and(CAMPAIGN_RECIPIENT.ROUND.eq(round)));
  }
}
