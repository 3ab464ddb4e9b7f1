package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.sql.FrequencyCaps;
import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.producer.state.Cursor;
import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.ParamType;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrequencyCapsTest {
  private static final Fixture FIXTURE = new Fixture();

  private final String sender = "s-" + UUID.randomUUID();
  private @Nullable FrequencyCap overAll;
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  @BeforeEach
  void sender() {
    FIXTURE.asOwner("TRUNCATE sluice.contact");
    FIXTURE.sender(sender, 80, 1);
  }

  @Test
  void aPersonGetsNoMoreMessagesThanTheCapWithinItsDays() {
    cap(2, 7);
    assertThat(capped(campaign(3))).isEmpty();
    now = now.plus(Duration.ofDays(3));
    assertThat(capped(campaign(2))).isEmpty();
    now = now.plus(Duration.ofDays(3));
    assertThat(capped(campaign(4))).containsExactlyInAnyOrder("1", "2");

    // The first message may have been sent up to an hour after it was counted.
    now = Instant.parse("2026-03-08T13:00:00Z");
    assertThat(capped(campaign(2))).containsExactlyInAnyOrder("1", "2");
    now = Instant.parse("2026-03-08T13:05:00Z");
    assertThat(capped(campaign(2))).isEmpty();
  }

  @Test
  void whoIsAskedAboutAgainIsNotCappedByTheirOwnMessage() {
    cap(1, 7);
    UUID campaign = campaign(2);
    assertThat(capped(campaign)).isEmpty();
    assertThat(capped(campaign)).isEmpty();
    now = now.plus(Duration.ofDays(6));
    assertThat(capped(campaign)).isEmpty();

    now = now.plus(Duration.ofDays(6));
    assertThat(capped(campaign(2))).as("it counts from when it was asked about last").hasSize(2);
  }

  @Test
  void whatWasNotSentDoesNotCount() {
    cap(1, 7);
    UUID failed = campaign(2);
    capped(failed);
    settle(failed, "FAILED");
    UUID cancelled = campaign(2);
    assertThat(capped(cancelled)).isEmpty();
    FIXTURE
        .sql()
        .execute("UPDATE sluice.campaign SET status = 'CANCELLED' WHERE id = ?", cancelled);
    UUID inDoubt = campaign(2);
    assertThat(capped(inDoubt)).isEmpty();
    settle(inDoubt, "UNCONFIRMED");

    assertThat(capped(campaign(2))).as("it may have been sent").hasSize(2);
  }

  @Test
  void aResendIsCappedByWhatWasSentInBetween() {
    cap(1, 7);
    UUID campaign = campaign(2);
    capped(campaign);
    settle(campaign, "FAILED");
    assertThat(capped(campaign(1))).isEmpty();
    FIXTURE
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET status = 'PENDING', round = 2"
                + " WHERE campaign_id = ?",
            campaign);

    assertThat(capped(campaign)).containsExactly("1");
  }

  @Test
  void onlyTheCapOverAllCountsWhatOtherSendersSend() {
    String other = "s-" + UUID.randomUUID();
    FIXTURE.sender(other, 80, 1);
    cap(1, 7);
    overAll = new FrequencyCap(2, 7);
    assertThat(capped(campaign(2))).isEmpty();
    assertThat(capped(FIXTURE.campaign(other, 2))).isEmpty();
    assertThat(capped(FIXTURE.campaign(other, 3))).containsExactlyInAnyOrder("1", "2");

    String third = "s-" + UUID.randomUUID();
    FIXTURE.sender(third, 80, 1);
    FIXTURE
        .sql()
        .execute("UPDATE sluice.sender SET cap_messages = 1, cap_days = 7 WHERE id = ?", third);
    overAll = null;
    assertThat(capped(FIXTURE.campaign(third, 2))).isEmpty();
  }

  @Test
  void aCampaignThatIgnoresTheCapReachesEverybodyAndCountsForOthers() {
    cap(1, 7);
    assertThat(capped(campaign(1))).isEmpty();
    UUID urgent = campaign(2);
    FIXTURE.sql().execute("UPDATE sluice.campaign SET ignore_cap = true WHERE id = ?", urgent);

    assertThat(capped(urgent)).isEmpty();
    assertThat(capped(campaign(3))).containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void withoutACapNothingIsAsked() {
    UUID campaign = campaign(2);
    FrequencyCaps caps = new FrequencyCaps(DSL.using(SQLDialect.POSTGRES), () -> now, null);

    assertThat(capped(caps, campaign)).isEmpty();
  }

  /** The second waits for the first one's rows, and for no others. */
  @Test
  void campaignsThatAskAboutAPersonAtTheSameTimeDoNotBothGetTheLastPlace() throws Exception {
    cap(1, 7);
    UUID one = campaign(2);
    UUID other = campaign(3);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<String>> second =
          FIXTURE
              .producer()
              .transactionResult(first -> {
                FrequencyCaps uncommitted = new FrequencyCaps(first.dsl(), () -> now, null);
                assertThat(capped(uncommitted, one)).isEmpty();
                Future<List<String>> asking = threads.submit(() -> capped(other));
                await().until(() -> asking.isDone() || somebodyWaits());
                return asking;
              });
      assertThat(second.get()).containsExactlyInAnyOrder("1", "2");
    }
  }

  private static boolean somebodyWaits() {
    return FIXTURE
        .sql()
        .fetchExists(
            DSL.table("pg_locks"),
            DSL.condition(
                "locktype = 'transactionid' AND NOT granted AND pid IN"
                    + " (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void withinAnyDaysNobodyGetsMoreThanTheCap(long seed) {
    cap(3, 7);
    overAll = new FrequencyCap(4, 14);
    String other = "s-" + UUID.randomUUID();
    FIXTURE.sender(other, 80, 1);
    Random random = new Random(seed);
    record Sent(Instant at, String phone, String sender) {}
    List<Sent> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      now = now.plus(Duration.ofMinutes(random.nextInt(24 * 60)));
      String from = random.nextInt(3) == 0 ? other : sender;
      UUID campaign = FIXTURE.campaign(from, 1 + random.nextInt(8));
      List<String> skipped = capped(campaign);
      boolean fails = random.nextInt(5) == 0;
      if (fails) {
        settle(campaign, "FAILED");
      }
      for (RecipientPages.Recipient person :
          fails ? List.<RecipientPages.Recipient>of() : people(campaign)) {
        if (!skipped.contains(last(person.phone()))) {
          long waits = random.nextLong(SendRequest.SENT_WITHIN.toMillis() + 1);
          all.add(new Sent(now.plusMillis(waits), person.phone(), from));
        }
      }
    }

    assertThat(all).hasSizeGreaterThan(100);
    for (Sent last : all) {
      assertThat(
              all.stream()
                  .filter(one -> one.phone().equals(last.phone()) && one.sender().equals(sender))
                  .filter(one -> within(one.at(), last.at(), 7)))
          .as("from the sender in the week until %s, seed %d", last.at(), seed)
          .hasSizeLessThanOrEqualTo(3);
      assertThat(
              all.stream()
                  .filter(one -> one.phone().equals(last.phone()))
                  .filter(one -> within(one.at(), last.at(), 14)))
          .as("from all in the two weeks until %s, seed %d", last.at(), seed)
          .hasSizeLessThanOrEqualTo(4);
    }
  }

  private static boolean within(Instant at, Instant until, int days) {
    return !at.isAfter(until) && at.isAfter(until.minus(Duration.ofDays(days)));
  }

  /** A page costs the same however many people there are. */
  @Test
  void peopleAndTheirMessagesAreLookedUpByIndexesBesideManyOthers() {
    cap(1, 7);
    UUID before = campaign(1_000);
    FIXTURE
        .sql()
        .execute(
            """
            INSERT INTO sluice.contact (phone, messages)
            SELECT '+5521' || (900000000 + n), '{"1": {"sender": "s", "round": 1, "at": "2026-03-01"}}'
            FROM generate_series(1, ?) AS n
            """,
            Integer.getInteger("sluice.test.olderRows", 40_000));
    // A recipient's own row is looked up, too: by the key of a table with many.
    FIXTURE.campaign(sender, 50_000);
    assertThat(capped(before)).isEmpty();
    UUID campaign = campaign(1_000);
    FanOutRepositories sql = repositories(FIXTURE.producer());
    String plan =
        String.join(
            "\n",
            FIXTURE
                .producer()
                .fetch(
                    "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
                        + sql.caps()
                            .query(sender, new FrequencyCap(1, 7), null, people(campaign))
                            .getSQL(ParamType.INLINED))
                .getValues(0, String.class));

    assertThat(plan)
        .containsPattern("Index (Only )?Scan using contact_pkey")
        .containsPattern("Index (Only )?Scan using campaign_recipient_pkey")
        .doesNotContain("Seq Scan on contact")
        .doesNotContain("Seq Scan on campaign_recipient");
  }

  private FanOutRepositories repositories(DSLContext sql) {
    return FanOutRepositories.of(sql, () -> now, () -> now, overAll);
  }

  private void cap(int messages, int days) {
    FIXTURE.cap(sender, messages, days);
  }

  /** The first people of all campaigns are the same. */
  private UUID campaign(int recipients) {
    return FIXTURE.campaign(sender, recipients);
  }

  private static void settle(UUID campaign, String status) {
    FIXTURE
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET status = ? WHERE campaign_id = ?",
            status,
            campaign);
  }

  private List<RecipientPages.Recipient> people(UUID campaign) {
    return repositories(FIXTURE.producer())
        .recipients()
        .after(campaign, null, Cursor.START, null, 1_000, null);
  }

  /** Returns the last digits of those who get nothing. */
  private List<String> capped(UUID campaign) {
    return capped(repositories(FIXTURE.producer()).caps(), campaign);
  }

  private List<String> capped(FrequencyCaps caps, UUID campaignId) {
    CampaignRepository rows = repositories(FIXTURE.producer()).rows();
    CampaignRepository.Campaign campaign = rows.find(campaignId).orElseThrow();
    List<RecipientPages.Recipient> people = people(campaignId);
    Set<Long> ids = caps.capped(campaign, rows.sender(campaign.senderId()), people);
    return people.stream()
        .filter(person -> ids.contains(person.id()))
        .map(person -> last(person.phone()))
        .toList();
  }

  private static String last(String phone) {
    return phone.replaceFirst("\\+5511960*", "");
  }
}
