package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StatusTimes;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StatusStatementTest {
  private static final Fixture FIXTURE = new Fixture();

  private final StatusStatement statement = new StatusStatement(FIXTURE.sql());

  @Test
  void writesRowsAndCountersInOneStatement() {
    UUID campaign = FIXTURE.campaign(5);
    List<Long> ids = FIXTURE.recipients(campaign);
    double before = FIXTURE.statements();

    CampaignCounts counts =
        statement
            .write(
                campaign,
                List.of(
                    sent(campaign, ids.get(0)),
                    sent(campaign, ids.get(1)),
                    Fixture.result(campaign, ids.get(2), 1, RecipientStatus.FAILED)))
            .orElseThrow();

    assertThat(FIXTURE.statements() - before).isEqualTo(1);
    assertThat(counts.count(RecipientStatus.SENT)).isEqualTo(2);
    assertThat(counts.count(RecipientStatus.FAILED)).isEqualTo(1);
    assertThat(counts.pending()).isEqualTo(2);
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  /** PostgreSQL uses such a plan from the tenth batch of a connection on. */
  @Test
  void thePlanForBatchesOfAnySizeComparesNoResultWithAllRows() {
    UUID campaign = FIXTURE.campaign(5_000);
    FIXTURE.asOwner("ANALYZE sluice.campaign_recipient");
    List<SendResult> batch = List.of(sent(campaign, FIXTURE.recipients(campaign).getFirst()));

    List<JsonNode> joins = new ArrayList<>();
    findNestedLoops(planForAnyArrays(statement.query(campaign, batch).getSQL()), joins);

    assertThat(joins).isNotEmpty();
    assertThat(joins)
        .allSatisfy(join ->
            assertThat(join.get("Plans").get(1).get("Node Type").asString())
                .isNotEqualTo("CTE Scan"));
  }

  private static JsonNode planForAnyArrays(String statement) {
    Matcher parameters = Pattern.compile("\\?").matcher(statement);
    AtomicInteger count = new AtomicInteger();
    String numbered = parameters.replaceAll(_ -> "\\$" + count.incrementAndGet());
    return FIXTURE
        .sql()
        .connectionResult(connection -> {
          try (Statement session = connection.createStatement()) {
            session.execute("SET plan_cache_mode = force_generic_plan");
            session.execute("PREPARE batch AS " + numbered);
            String nulls = String.join(", ", Collections.nCopies(count.get(), "NULL"));
            try (ResultSet plan =
                session.executeQuery("EXPLAIN (FORMAT JSON) EXECUTE batch (" + nulls + ")")) {
              plan.next();
              return Json.MAPPER.readTree(plan.getString(1)).get(0).get("Plan");
            } finally {
              session.execute("DEALLOCATE batch");
              session.execute("RESET plan_cache_mode");
            }
          }
        });
  }

  private static void findNestedLoops(JsonNode node, List<JsonNode> found) {
    if (node.get("Node Type").asString().equals("Nested Loop")) {
      found.add(node);
    }
    node.path("Plans").forEach(child -> findNestedLoops(child, found));
  }

  @Test
  void repeatingABatchChangesNothing() {
    UUID campaign = FIXTURE.campaign(3);
    List<SendResult> batch =
        FIXTURE.recipients(campaign).stream().map(id -> sent(campaign, id)).toList();
    CampaignCounts first = statement.write(campaign, batch).orElseThrow();

    assertThat(statement.write(campaign, batch).orElseThrow()).isEqualTo(first);
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  @Test
  void completesTheCampaignWithItsLastRecipientAndNotBefore() {
    UUID campaign = FIXTURE.campaign(2);
    List<Long> ids = FIXTURE.recipients(campaign);

    assertThat(
            statement.write(campaign, List.of(sent(campaign, ids.get(0)))).orElseThrow().status())
        .isEqualTo(CampaignStatus.SENDING);
    CampaignCounts counts =
        statement.write(campaign, List.of(sent(campaign, ids.get(1)))).orElseThrow();
    assertThat(counts.status()).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(counts.completedAt()).isNotNull();
  }

  @Test
  void aStatusNeverFalls() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    statement.write(campaign, List.of(Fixture.result(campaign, id, 1, RecipientStatus.DELIVERED)));
    statement.write(campaign, List.of(sent(campaign, id)));
    statement.write(campaign, List.of(Fixture.result(campaign, id, 1, RecipientStatus.FAILED)));

    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.DELIVERED, 1));
  }

  /**
   * Receipts come twice and in any order; some providers tell that it was read, and nothing else.
   */
  @Test
  void theTimeOfEachStatusIsWrittenOnceWheneverItIsTold() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    statement.write(campaign, List.of(at(campaign, id, RecipientStatus.READ, 30)));
    assertThat(FIXTURE.times(id)).isEqualTo(times(null, null, 30L, null));

    statement.write(campaign, List.of(at(campaign, id, RecipientStatus.SENT, 10)));
    statement.write(campaign, List.of(at(campaign, id, RecipientStatus.SENT, 9)));
    statement.write(campaign, List.of(at(campaign, id, RecipientStatus.READ, 31)));
    SendResult both =
        PendingBatch.merge(
            at(campaign, id, RecipientStatus.DELIVERED, 20),
            at(campaign, id, RecipientStatus.READ, 32));
    statement.write(campaign, List.of(both));

    assertThat(FIXTURE.times(id)).isEqualTo(times(10L, 20L, 30L, null));
    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 1));
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  @Test
  void aFailureThatWasNoneKeepsItsTimeAndNotItsReason() {
    UUID campaign = FIXTURE.campaign(2);
    for (long id : FIXTURE.recipients(campaign)) {
      List<SendResult> told =
          List.of(
              Fixture.failed(campaign, id, 1, "131026"),
              at(campaign, id, RecipientStatus.DELIVERED, 20));
      (id % 2 == 0 ? told : told.reversed())
          .forEach(one -> statement.write(campaign, List.of(one)));

      assertThat(FIXTURE.times(id).delivered()).isEqualTo(Instant.ofEpochSecond(20));
      assertThat(FIXTURE.times(id).failed()).isNotNull();
      assertThat(FIXTURE.errorCode(id)).isNull();
    }
    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.DELIVERED, 2));
  }

  @Test
  void whatIsRepeatedWritesNoRow() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    statement.write(campaign, List.of(at(campaign, id, RecipientStatus.SENT, 10)));
    String version = FIXTURE.version(id);

    statement.write(campaign, List.of(at(campaign, id, RecipientStatus.SENT, 9)));
    assertThat(FIXTURE.version(id)).isEqualTo(version);
  }

  private static SendResult at(UUID campaign, long id, RecipientStatus status, long second) {
    return SendResult.of(id, campaign, 1, status, Instant.ofEpochSecond(second))
        .attempts(1)
        .build();
  }

  private static StatusTimes times(
      @Nullable Long sent, @Nullable Long delivered, @Nullable Long read, @Nullable Long failed) {
    return new StatusTimes(time(sent), time(delivered), time(read), time(failed));
  }

  private static @Nullable Instant time(@Nullable Long second) {
    return second == null ? null : Instant.ofEpochSecond(second);
  }

  @Test
  void resultsOfAnotherRoundAreIgnored() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    statement.write(campaign, List.of(Fixture.result(campaign, id, 2, RecipientStatus.SENT)));

    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.PENDING, 1));
  }

  @Test
  void resultsOfAnotherCampaignsRecipientsAreIgnored() {
    UUID campaign = FIXTURE.campaign(1);
    UUID other = FIXTURE.campaign(1);
    long foreign = FIXTURE.recipients(other).getFirst();
    statement.write(campaign, List.of(sent(campaign, foreign)));

    assertThat(FIXTURE.rows(other)).isEqualTo(Map.of(RecipientStatus.PENDING, 1));
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  @Test
  void anUnknownCampaignIsNoError() {
    assertThat(statement.write(UUID.randomUUID(), List.of())).isEmpty();
    assertThat(statement.read(UUID.randomUUID())).isEmpty();
  }

  @Test
  void whoOptsOutIsLeftAloneWhateverTheRowSays() {
    UUID campaign = FIXTURE.campaign(3);
    List<Long> ids = FIXTURE.recipients(campaign);
    long higher = ids.get(0);
    long older = ids.get(1);
    statement.write(
        campaign, List.of(Fixture.result(campaign, higher, 1, RecipientStatus.DELIVERED)));

    // The second recipient's row is of round 1: it knows nothing of a round 3.
    statement.write(
        campaign, List.of(Fixture.optOut(campaign, higher, 1), Fixture.optOut(campaign, older, 3)));

    assertThat(FIXTURE.suppressed(higher)).isTrue();
    assertThat(FIXTURE.suppressed(older)).isTrue();
    assertThat(FIXTURE.suppressed(ids.get(2))).isFalse();
    assertThat(FIXTURE.rows(campaign))
        .isEqualTo(Map.of(RecipientStatus.DELIVERED, 1, RecipientStatus.PENDING, 2));
  }

  /** Two writers of the same numbers would otherwise deadlock; here numbers fall as ids rise. */
  @Test
  void suppressionsAreWrittenInTheOrderOfTheirNumbers() {
    UUID campaign = FIXTURE.campaign(50);
    FIXTURE.asOwner("TRUNCATE sluice.suppression");
    FIXTURE.asOwner(
        "UPDATE sluice.campaign_recipient SET phone = '+' || (4930000000000 - id)"
            + " WHERE campaign_id = '"
            + campaign
            + "'");

    statement.write(
        campaign,
        FIXTURE.recipients(campaign).stream().map(id -> Fixture.optOut(campaign, id, 1)).toList());

    assertThat(FIXTURE.suppressionsAsWritten()).hasSize(50).isSorted();
  }

  @Test
  void anOptOutThatIsToldOnceMoreDoesNotUndoThatItWasLifted() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    SendResult wish = Fixture.optOut(campaign, id, 1);
    statement.write(campaign, List.of(wish));
    FIXTURE.lift(id);

    statement.write(campaign, List.of(wish));
    assertThat(FIXTURE.suppressed(id)).isFalse();

    statement.write(campaign, List.of(Fixture.optOut(campaign, id, 1)));
    assertThat(FIXTURE.suppressed(id)).as("a new wish").isTrue();
  }

  @Test
  void whoStoppedMarketingHasSetAPreferenceAndWhoIsBlockedHasNot() {
    UUID campaign = FIXTURE.campaign(2);
    List<Long> ids = FIXTURE.recipients(campaign);

    statement.write(
        campaign,
        List.of(
            Fixture.optOut(campaign, ids.get(0), 1),
            Fixture.optOut(campaign, ids.get(1), 1, "130403")));
    assertThat(FIXTURE.suppressedFor(ids.get(0))).isEqualTo(OptOutReason.PREFERENCE);
    assertThat(FIXTURE.suppressedFor(ids.get(1))).isEqualTo("provider: 130403");

    FIXTURE.lift(ids.get(0));
    statement.write(campaign, List.of(Fixture.optOut(campaign, ids.get(0), 1, "130403")));
    statement.write(campaign, List.of(Fixture.optOut(campaign, ids.get(0), 1)));
    assertThat(FIXTURE.suppressedFor(ids.get(0))).isEqualTo("provider: 130403");
  }

  @Test
  void aWishIsKeptForItsOwnReasonWhateverItIsMergedIntoAndHoweverItIsCut() {
    UUID campaign = FIXTURE.campaign(24);
    List<Long> ids = FIXTURE.recipients(campaign);
    Random random = new Random(1);
    for (long id : ids) {
      boolean blocked = random.nextBoolean();
      List<SendResult> told =
          new ArrayList<>(
              List.of(
                  Fixture.optOut(campaign, id, 1),
                  Fixture.failed(campaign, id, 2, "131026"),
                  Fixture.result(campaign, id, 1, RecipientStatus.READ)));
      if (blocked) {
        told.add(Fixture.optOut(campaign, id, 1, "130403"));
      }
      Collections.shuffle(told, random);
      int cut = random.nextInt(told.size() + 1);
      for (List<SendResult> part : List.of(told.subList(0, cut), told.subList(cut, told.size()))) {
        PendingBatch batch = new PendingBatch();
        part.forEach(result -> batch.add(result, 0));
        statement.write(campaign, batch.oldest(10));
      }

      assertThat(FIXTURE.suppressedFor(id))
          .as("%s, cut at %d", told, cut)
          .isEqualTo(blocked ? "provider: 130403" : OptOutReason.PREFERENCE);
    }
  }

  @Test
  void aWishFromBeforeItWasLiftedDoesNotComeBackWithANewerResult() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    SendResult wish = Fixture.optOut(campaign, id, 1);
    statement.write(campaign, List.of(wish));
    FIXTURE.lift(id);

    SendResult newer = Fixture.failed(campaign, id, 2, "131026");
    statement.write(campaign, List.of(PendingBatch.merge(wish, newer)));
    assertThat(FIXTURE.suppressed(id)).isFalse();
  }

  /** Two campaigns may report the same people at once, with different ids in each. */
  @Test
  void suppressionsAreInsertedInTheOrderOfTheirNumbersSoThatTwoWritersCannotDeadlock() {
    UUID campaign = FIXTURE.campaign(20);
    FIXTURE.reversePhones(campaign);
    statement.write(
        campaign,
        FIXTURE.recipients(campaign).stream().map(id -> Fixture.optOut(campaign, id, 1)).toList());

    assertThat(FIXTURE.suppressedInOrder(campaign)).hasSize(20).isSorted();
  }

  @Test
  void keepsByWhichOtherNamesTheProviderKnowsARecipient() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    String phone = FIXTURE.phone(id);
    List<String> names = List.of(phone, "+551160000001", "BR.1502576394655843");
    SendResult receipt = Fixture.named(campaign, id, names);

    statement.write(campaign, List.of(receipt));
    statement.write(campaign, List.of(receipt));
    assertThat(FIXTURE.aliases(phone))
        .as("of other rounds too, and not the number itself")
        .containsExactlyInAnyOrder("+551160000001", "BR.1502576394655843");
  }

  @Test
  void takesWordsThatPostgresCannotHold() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    SendResult result =
        SendResult.of(id, campaign, 1, RecipientStatus.FAILED, Instant.now())
            .error("1", "a\0b {0} ? '")
            .attempts(1)
            .build();

    statement.write(campaign, List.of(result));

    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.FAILED, 1));
  }

  /** The same events, duplicated, shuffled and cut into random batches, give the same result. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void orderAndRepetitionDoNotMatter(long seed) {
    Random random = new Random(seed);
    UUID campaign = FIXTURE.campaign(40);
    List<SendResult> events = new ArrayList<>();
    for (long id : FIXTURE.recipients(campaign)) {
      for (RecipientStatus status : RecipientStatus.values()) {
        if (status != RecipientStatus.PENDING && status.compareTo(highest(id)) <= 0) {
          events.add(Fixture.result(campaign, id, 1, status));
          events.add(Fixture.result(campaign, id, 1, status));
        }
      }
    }
    Collections.shuffle(events, random);
    for (int from = 0; from < events.size(); ) {
      int to = Math.min(events.size(), from + 1 + random.nextInt(30));
      PendingBatch batch = new PendingBatch();
      events.subList(from, to).forEach(event -> batch.add(event, 0));
      statement.write(campaign, batch.oldest(100));
      assertThat(FIXTURE.wrongCounters(campaign)).as("seed %d", seed).isEmpty();
      from = to;
    }

    for (RecipientStatus status : RecipientStatus.values()) {
      long expected =
          FIXTURE.recipients(campaign).stream().filter(id -> highest(id) == status).count();
      assertThat(FIXTURE.rows(campaign).getOrDefault(status, 0)).isEqualTo((int) expected);
    }
  }

  private static RecipientStatus highest(long id) {
    RecipientStatus[] all = RecipientStatus.values();
    return all[1 + (int) (id % (all.length - 1))];
  }

  private static SendResult sent(UUID campaign, long id) {
    return Fixture.result(campaign, id, 1, RecipientStatus.SENT);
  }
}
