package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.producer.sql.SqlRecipientPages;
import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.ZonePasses;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.conf.ParamType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecipientPagesTest {
  private static final int RECIPIENTS = 120_000;

  private static final Instant LATER = Instant.parse("2027-03-10T00:00:00Z");
  private static final ZonePasses TOKYO =
      new ZonePasses(
          List.of(new ZonePasses.Pass("Asia/Tokyo", LATER), new ZonePasses.Pass(null, LATER)), 0);

  private static final ZonePasses OTHERS =
      new ZonePasses(
          List.of(
              new ZonePasses.Pass(null, LATER),
              new ZonePasses.Pass("Asia/Tokyo", LATER),
              new ZonePasses.Pass("America/Sao_Paulo", LATER)),
          0);

  private final Fixture fixture = new Fixture();
  private final SqlRecipientPages pages =
      new SqlRecipientPages(fixture.producer(), InstantSource.system());
  private UUID large = new UUID(0, 0);
  private UUID zoned = new UUID(0, 0);

  @BeforeAll
  void fill() {
    fixture.sender("s", 80, 1);
    // One statement, hence one created_at for all of them, as with any bulk import.
    large = fixture.campaign("s", RECIPIENTS);
    fixture.campaign("s", 1_000);
    zoned = zoned();
    fixture.sql().execute("INSERT INTO sluice.suppression (phone) VALUES ('+5511960000003')");
  }

  @Test
  void pagesHoldEveryRecipientOnceInOrder() {
    List<Long> ids = new ArrayList<>();
    Cursor cursor = Cursor.START;
    List<RecipientPages.Recipient> page;
    do {
      page = pages.after(large, null, cursor, null, 7_000, null);
      page.forEach(recipient -> ids.add(recipient.id()));
      cursor = page.isEmpty() ? cursor : page.getLast().cursor();
    } while (page.size() == 7_000);

    assertThat(ids).hasSize(RECIPIENTS).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void saysWhoAskedToBeLeftAlone() {
    assertThat(pages.after(large, null, Cursor.START, null, 5, null))
        .extracting(RecipientPages.Recipient::suppressed)
        .containsExactly(false, false, true, false, false);
  }

  @Test
  void saysWhoAskedUnderAnotherNameToBeLeftAlone() {
    fixture
        .sql()
        .execute(
            """
            INSERT INTO sluice.alias (phone, name) VALUES
              ('+5511960000006', 'BR.6'), ('+5511960000007', '+551160000007'),
              ('+5511960000009', 'BR.9'), ('+5511960000010', 'BR.10')
            """);
    fixture.sql().execute("INSERT INTO sluice.suppression (phone) VALUES ('+551160000007')");
    fixture
        .sql()
        .execute(
            """
            INSERT INTO sluice.opt_out (name, reason, lifted_at) VALUES
              ('BR.6', 'stop', NULL), ('BR.8', 'stop', NULL), ('BR.10', 'stop', now())
            """);

    Cursor five = pages.after(large, null, Cursor.START, null, 5, null).getLast().cursor();
    assertThat(pages.after(large, null, five, null, 5, null))
        .extracting(RecipientPages.Recipient::suppressed)
        .containsExactly(true, true, false, false, false);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100_000})
  void aPageIsReadByTheCompositeIndexWithoutASort(int row) {
    Cursor cursor = pages.after(large, null, Cursor.START, null, row, null).getLast().cursor();
    String plan =
        explain(pages.page(large, null, cursor, null, 500, null).getSQL(ParamType.INLINED));

    assertThat(plan)
        .containsPattern("Index (Only )?Scan using campaign_recipient_page")
        .doesNotContain("Sort")
        .doesNotContain("Seq Scan on campaign_recipient")
        .doesNotContain("Rows Removed by Filter");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 50_000})
  void aPageOfOneTimeZoneIsReadByItsIndexWithoutASort(int row) {
    Cursor cursor = pages.after(zoned, TOKYO, Cursor.START, null, row, null).getLast().cursor();
    String plan =
        explain(pages.page(zoned, TOKYO, cursor, null, 500, null).getSQL(ParamType.INLINED));

    assertThat(plan)
        .containsPattern("Index (Only )?Scan using campaign_recipient_zone")
        .doesNotContain("Sort")
        .doesNotContain("Rows Removed by Filter");
  }

  /** No index tells them from the others: a page of the few in millions would take too long. */
  @ParameterizedTest
  @ValueSource(ints = {0, 50_000})
  void aPageOfThoseWithoutATimeZoneLooksAtFewOfTheOthers(int row) {
    Cursor cursor =
        row == 0
            ? Cursor.START
            : pages.after(zoned, null, Cursor.START, null, row, null).getLast().cursor();
    Cursor reach = pages.reach(zoned, OTHERS, cursor);
    String plan =
        explain(pages.page(zoned, OTHERS, cursor, reach, 500, null).getSQL(ParamType.INLINED));

    assertThat(reach).isNotNull();
    assertThat(plan)
        .containsPattern("Index (Only )?Scan using campaign_recipient_page")
        .doesNotContain("Sort")
        .containsPattern("Rows Removed by Filter: 10000\\b");
  }

  @Test
  void thoseWithoutATimeZoneAreFoundAmongAllOthers() {
    UUID fewWithout = zoned();
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET time_zone = NULL"
                + " WHERE campaign_id = ? AND phone LIKE '%5000'",
            fewWithout);
    List<String> found = new ArrayList<>();
    Cursor cursor = Cursor.START;
    @Nullable Cursor reach;
    do {
      reach = pages.reach(fewWithout, OTHERS, cursor);
      pages
          .after(fewWithout, OTHERS, cursor, reach, 500, null)
          .forEach(one -> found.add(one.phone()));
      cursor = reach == null ? cursor : reach;
    } while (reach != null);

    assertThat(found).hasSize(RECIPIENTS / 10_000).doesNotHaveDuplicates();
  }

  private UUID zoned() {
    UUID campaign = fixture.campaign("s", RECIPIENTS);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET time_zone ="
                + " CASE WHEN id % 2 = 0 THEN 'Asia/Tokyo' ELSE 'America/Sao_Paulo' END"
                + " WHERE campaign_id = ?",
            campaign);
    return campaign;
  }

  @Test
  void whoIsSuppressedIsLookedUpByIndexesAlsoRightAfterAnImport() {
    // These tables have not been analyzed yet.
    fixture
        .sql()
        .execute(
            """
            INSERT INTO sluice.suppression (phone)
            SELECT '+5511' || (910000000 + i) FROM generate_series(1, 20000) AS i
            """);
    fixture
        .sql()
        .execute(
            """
            INSERT INTO sluice.alias (phone, name)
            SELECT '+5511' || (910000000 + i), 'BR.' || (1000 + i) FROM generate_series(1, 20000) AS i
            """);
    String plan =
        explain(pages.page(large, null, Cursor.START, null, 10, null).getSQL(ParamType.INLINED));

    assertThat(plan).doesNotContain("Seq Scan on suppression").doesNotContain("Seq Scan on alias");
  }

  private String explain(String query) {
    return String.join(
        "\n",
        fixture
            .sql()
            .fetch("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + query)
            .getValues(0, String.class));
  }
}
