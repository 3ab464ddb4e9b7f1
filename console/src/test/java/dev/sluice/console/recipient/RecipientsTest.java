package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Briefly;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.RecipientStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.conf.ParamType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RecipientsTest {
  private static final int OLDER = Integer.getInteger("sluice.test.olderRows", 40_000);
  private static final int MANY = 40_000;
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final Database DATABASE =
      new Database(ENVIRONMENT.database(), 1, "test", new SimpleMeterRegistry());
  private static final DSLContext SQL = DATABASE.sql();
  private static final UUID LARGE = UUID.randomUUID();
  private static final UUID CAMPAIGN = UUID.randomUUID();

  private final Recipients recipients = new Recipients(SQL);

  @BeforeAll
  static void fill() {
    SQL.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
    campaign(UUID.randomUUID(), OLDER);
    campaign(LARGE, MANY);
    campaign(CAMPAIGN, 1_000);
    SQL.execute("UPDATE sluice.campaign_recipient SET status = 'FAILED' WHERE phone LIKE '%7'");
    // PostgreSQL refuses it to any other role, by a warning alone.
    try (Database owner =
        new Database(ENVIRONMENT.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner.sql().execute("ANALYZE sluice.campaign_recipient");
    }
  }

  private static void campaign(UUID id, int recipients) {
    SQL.execute(
        "INSERT INTO sluice.campaign (id, name, sender_id, message) VALUES (?, 'c', 's', '{}')",
        id);
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone)"
            + " SELECT ?, '+55' || (1196000000 + n) FROM generate_series(1, ?) AS n",
        id,
        recipients);
  }

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void pagesHoldEverybodyOnceInTheOrderOfTheImport() {
    assertThat(ids(null)).hasSize(1_000).isSorted().doesNotHaveDuplicates();
    assertThat(ids(RecipientStatus.FAILED)).hasSize(100).isSorted();
    assertThat(ids(RecipientStatus.SENT)).isEmpty();
  }

  @Test
  void numbersAreFoundByTheirBeginning() {
    assertThat(ids(null, "+55119600")).hasSize(1_000).doesNotHaveDuplicates();
    assertThat(ids(null, "+5511960001", "+55119600023", "+5521")).hasSize(110).isSorted();
    assertThat(ids(RecipientStatus.FAILED, "+5511960001")).hasSize(10);
    assertThat(ids(null, "+551196000123")).hasSize(1);
    assertThat(ids(null, "+5521")).isEmpty();
  }

  @Test
  void aPageAfterSomebodyElsesRecipientIsRefused() {
    assertThatThrownBy(() -> recipients.page(CAMPAIGN, null, null, 1))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void noPageLooksAtOtherCampaignsRows() {
    Recipients.Place start = Recipients.Place.START;
    var middle = new Recipients.Place(createdAt(), OLDER + MANY / 2, "+551196000500");
    var r = CAMPAIGN_RECIPIENT;
    assertThat(plan(SQL.selectFrom(r).where(r.CAMPAIGN_ID.eq(LARGE)).orderBy(r.ID).limit(100)))
        .as("it is large enough for a walk through all rows to look cheap")
        .contains("campaign_recipient_pkey", "Rows Removed by Filter");

    for (Recipients.Place place : List.of(start, middle)) {
      assertThat(plan(recipients.inOrder(LARGE, null, place)))
          .contains("Index Scan using campaign_recipient_page")
          .doesNotContain("Seq Scan", "Rows Removed by Filter");
      assertThat(plan(recipients.inOrder(LARGE, RecipientStatus.FAILED, place)))
          .contains("Index Scan using campaign_recipient_page")
          .doesNotContain("Seq Scan", "Rows Removed by Filter");
      assertThat(plan(recipients.search(LARGE, null, "+5511960005", place)))
          .contains("campaign_recipient_campaign_id_phone_key")
          .doesNotContain("Seq Scan", "Rows Removed by Filter");
      assertThat(plan(recipients.search(LARGE, RecipientStatus.FAILED, "+5511960005", place)))
          .containsAnyOf("campaign_recipient_campaign_id_phone_key", "campaign_recipient_page")
          .doesNotContain("Seq Scan", "campaign_recipient_pkey");
    }
  }

  @Test
  void peopleAreFoundByAnyPartOfTheirNumberKeyOrVariables() {
    UUID id = UUID.randomUUID();
    campaign(id, 300);
    SQL.execute(
        """
        UPDATE sluice.campaign_recipient
        SET external_id = CASE WHEN phone LIKE '%005' THEN 'CRM-77%' END,
          status = CASE WHEN phone LIKE '%5' THEN 'FAILED' ELSE status END,
          variables = CASE WHEN phone LIKE '%017'
            THEN '{"name": "Zoë \\"Z\\" Ångström", "n": 12, "list": [{"city": "Olinda"}]}'::jsonb
            ELSE '{"name": "Ana"}'::jsonb END
        WHERE campaign_id = ?
        """,
        id);

    assertThat(found(id, "6000 02-5", null)).containsExactly("+551196000025");
    assertThat(found(id, "+000025", null)).containsExactly("+551196000025");
    assertThat(found(id, "crm-77%", null)).containsExactly("+551196000005");
    assertThat(found(id, "crm_77", null)).isEmpty();
    assertThat(found(id, "zoë \"z\" ÅNG", null)).containsExactly("+551196000017");
    assertThat(found(id, "olinda", null)).containsExactly("+551196000017");
    assertThat(found(id, "ana", null)).hasSize(299).doesNotHaveDuplicates();
    assertThat(found(id, "ana", RecipientStatus.FAILED)).hasSize(30).doesNotHaveDuplicates();
    assertThat(found(id, "ana", null, "+5511960001")).hasSize(100);
    assertThat(found(id, "name", null)).as("names of variables").isEmpty();
  }

  @Test
  void aSearchThatFindsNobodyEndsAndTellsHowFarItCame() {
    var search = new RecipientSearch(SQL, LARGE, null, null, "nobody");
    RecipientSearch.Found some = search.after(Recipients.Place.START, 100, 7_000);

    assertThat(some.recipients()).isEmpty();
    // On a slow machine its time ends earlier.
    assertThat(some.searched()).isBetween(1, 7_000).isEqualTo(upTo(some.next()));
    assertThat(found(LARGE, "nobody", null)).isEmpty();
    RecipientSearch.Found last = search.after(placeBefore(10), 100);
    assertThat(last).isEqualTo(new RecipientSearch.Found(List.of(), null, null));
  }

  /** Returns how many of the large campaign come up to this one by their number. */
  private static int upTo(long id) {
    return SQL.fetchSingle(
            "SELECT count(*) FROM sluice.campaign_recipient WHERE campaign_id = ? AND phone <="
                + " (SELECT phone FROM sluice.campaign_recipient WHERE id = ?)",
            LARGE,
            id)
        .get(0, int.class);
  }

  /** Returns the place before so many of the large campaign's last ones. */
  private static Recipients.Place placeBefore(int left) {
    return new Recipients.Place(createdAt(), 0, "+55" + (1196000000 + MANY - left));
  }

  @Test
  void aSearchWalksThroughItsOwnCampaignAlone() {
    Recipients.Place start = Recipients.Place.START;
    var middle = new Recipients.Place(createdAt(), OLDER + MANY / 2, "+551196000500");

    for (Recipients.Place place : List.of(start, middle)) {
      assertThat(plan(new RecipientSearch(SQL, LARGE, null, null, "x"), place))
          .contains("Index Scan using campaign_recipient_campaign_id_phone_key")
          .contains("Limit (actual rows=1000")
          .doesNotContain("Seq Scan", "Sort");
      assertThat(plan(new RecipientSearch(SQL, LARGE, RecipientStatus.FAILED, null, "x"), place))
          .contains("Index Scan using campaign_recipient_page")
          .contains("Limit (actual rows=1000")
          .doesNotContain("Seq Scan", "Sort");
    }
  }

  private static String plan(RecipientSearch search, Recipients.Place place) {
    return Briefly.read(
            SQL,
            Duration.ofSeconds(10),
            RecipientSearch.BY_INDEX,
            inside -> plan(inside, search.query(inside, place, 1_000, 100)))
        .orElseThrow();
  }

  private List<String> found(
      UUID campaign, String text, @Nullable RecipientStatus status, String... beginnings) {
    List<String> wanted = beginnings.length == 0 ? null : List.of(beginnings);
    List<String> found = new ArrayList<>();
    long after = 0;
    while (true) {
      Map<String, @Nullable Object> page =
          recipients.containing(campaign, text, status, wanted, after);
      ((List<?>) page.get("recipients"))
          .forEach(row -> found.add(String.valueOf(((Map<?, ?>) row).get("phone"))));
      if (!(page.get("next") instanceof Long next)) {
        return found;
      }
      after = next;
    }
  }

  /**
   * Rows older than the bound may hold longer variables, or ones nested deeper than can be read.
   */
  @Test
  void whatOtherProgramsPutIntoVariablesIsReadWithinBounds() {
    UUID id = UUID.randomUUID();
    campaign(id, 3);
    SQL.execute(
        """
        UPDATE sluice.campaign_recipient
        SET status = 'SENT', variables = jsonb_build_object('a', CASE right(phone, 1)
          WHEN '1' THEN to_jsonb(repeat('x', 70000))
          WHEN '2' THEN (repeat('[', 2000) || repeat(']', 2000))::jsonb
          ELSE '"x"'::jsonb END)
        WHERE campaign_id = ?
        """,
        id);

    for (List<String> phones : Arrays.asList(null, List.of("+55"))) {
      assertThat((List<?>) recipients.page(id, null, phones, 0).get("recipients"))
          .extracting(row -> String.valueOf(((Map<?, ?>) row).get("variables")))
          .containsExactly("null", "null", "{\"a\":\"x\"}");
    }
  }

  @Test
  void aCampaignOfTooManyKeepsNoOtherFromBeingCounted() {
    RecipientCounts counts = new RecipientCounts();
    UUID empty = UUID.randomUUID();
    List<UUID> all = List.of(LARGE, CAMPAIGN, empty);

    assertThat(counts.below(SQL, MANY, all)).isEqualTo(Map.of(CAMPAIGN, 1_000L, empty, 0L));
    assertThat(counts.below(SQL, MANY + 1, all)).containsEntry(LARGE, (long) MANY);
    assertThat(counts.below(SQL, MANY, List.of())).isEmpty();
  }

  private static Instant createdAt() {
    return SQL.fetchSingle(
            "SELECT min(created_at) FROM sluice.campaign_recipient WHERE campaign_id = ?", LARGE)
        .get(0, Instant.class);
  }

  private static String plan(Query query) {
    return plan(SQL, query);
  }

  private static String plan(DSLContext sql, Query query) {
    return String.join(
        "\n",
        sql.fetch("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + query.getSQL(ParamType.INLINED))
            .getValues(0, String.class));
  }

  private List<Long> ids(@Nullable RecipientStatus status, String... beginnings) {
    List<String> wanted = beginnings.length == 0 ? null : List.of(beginnings);
    List<Long> ids = new ArrayList<>();
    long after = 0;
    while (true) {
      Map<String, @Nullable Object> page = recipients.page(CAMPAIGN, status, wanted, after);
      ((List<?>) page.get("recipients"))
          .forEach(row -> ids.add((Long) ((Map<?, ?>) row).get("id")));
      if (!(page.get("next") instanceof Long next)) {
        return ids;
      }
      after = next;
    }
  }
}
