package dev.sluice.console.recipient;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.sluice.console.ConsoleFixture;
import dev.sluice.console.Locks;
import dev.sluice.console.http.Exports;
import dev.sluice.console.http.Uploads;
import dev.sluice.schema.RecipientStatus;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Campaigns exported as files. */
class ExportTest {
  private static final int PEOPLE = 450;
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final String ID = CONSOLE.campaign();

  @BeforeAll
  static void fill() {
    CONSOLE.sql(sql -> {
      sql.execute(
          "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
              + " SELECT ?::uuid, '+55' || (11960000000 + n), jsonb_build_object('n', n::text)"
              + " FROM generate_series(1, ?) AS n",
          ID,
          PEOPLE);
      sql.execute(
          "UPDATE sluice.campaign_recipient SET status = 'FAILED', error_code = '131026',"
              + " sent_at = '2026-11-29T19:00:00.123Z', failed_at = '2026-11-29T19:00:02Z',"
              + " external_id = '=1+1', provider_message_id = 'wamid.1', variables ="
              + " '{\"name\":\"Ana, \\\"Bia\\\"\",\"status\":\"gold\",\"list\":[1]}'"
              + " WHERE campaign_id = ?::uuid AND phone = '+5511960000007'",
          ID);
      sql.execute(
          "UPDATE sluice.campaign_recipient SET status = 'READ'"
              + " WHERE campaign_id = ?::uuid AND phone LIKE '%5'",
          ID);
      return sql.execute("ANALYZE sluice.campaign_recipient");
    });
  }

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  /** Eight exports hold the names of a thousand columns each. */
  @Test
  void longNamesShareAColumnAndVariablesThatAreTooLongAreLeftOut() {
    String id = CONSOLE.campaign();
    String longName = "n".repeat(1_000);
    CONSOLE.sql(sql -> {
      sql.execute(
          "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status, variables) VALUES"
              + " (?::uuid, '+5511960000001', 'SENT', jsonb_build_object(?, 'x', 'short', 'y')),"
              + " (?::uuid, '+5511960000002', 'SENT', jsonb_build_object('b', repeat('x', 70000)))",
          id,
          longName,
          id);
      return id;
    });

    List<String> lines =
        new String(
                CONSOLE.send("GET", "/api/campaigns/" + id + "/export", "", "").body(),
                StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(lines.get(0)).endsWith("providerMessageId,short,otherVariables");
    assertThat(lines.get(1)).startsWith("+5511960000001").contains(",y,").contains(longName);
    assertThat(lines.get(2)).startsWith("+5511960000002").endsWith(",,");
  }

  @Test
  void beginsWithAByteOrderMarkOnlyIfThatIsAskedFor() {
    for (String path : List.of("/api/campaigns/" + ID + "/export", "/api/suppressions")) {
      assertThat(text(path)).startsWith("phone,");
      assertThat(text(path + "?bom=true")).isEqualTo("\uFEFF" + text(path));
    }
  }

  private static String text(String path) {
    String url = "http://localhost:" + CONSOLE.port() + path;
    return new String(
        CONSOLE
            .send(HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/csv").GET())
            .body(),
        StandardCharsets.UTF_8);
  }

  @Test
  void holdsEverybodyOnceWithAllVariables() {
    List<NamedCsvRecord> rows = export("");
    NamedCsvRecord failed =
        rows.stream()
            .filter(row -> row.getField("phone").equals("+5511960000007"))
            .findFirst()
            .orElseThrow();

    assertThat(rows.stream().map(row -> row.getField("phone")))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, PEOPLE).mapToObj(n -> "+55" + (11_960_000_000L + n)).toList());
    assertThat(failed.getHeader())
        .containsExactly(
            "phone",
            "externalId",
            "status",
            "errorCode",
            "reason",
            "createdAt",
            "updatedAt",
            "sentAt",
            "deliveredAt",
            "readAt",
            "failedAt",
            "providerMessageId",
            "list",
            "n",
            "name",
            "variables.status");
    assertThat(failed.getField("externalId")).isEqualTo("'=1+1");
    assertThat(failed.getField("status")).isEqualTo("FAILED");
    assertThat(failed.getField("errorCode")).isEqualTo("131026");
    assertThat(failed.getField("reason")).contains("WhatsApp");
    assertThat(failed.getField("createdAt")).endsWith("Z");
    assertThat(failed.getField("sentAt")).isEqualTo("2026-11-29T19:00:00.123Z");
    assertThat(failed.getField("deliveredAt")).isEmpty();
    assertThat(failed.getField("readAt")).isEmpty();
    assertThat(failed.getField("failedAt")).isEqualTo("2026-11-29T19:00:02Z");
    assertThat(failed.getField("providerMessageId")).isEqualTo("wamid.1");
    assertThat(failed.getField("name")).isEqualTo("Ana, \"Bia\"");
    assertThat(failed.getField("variables.status")).isEqualTo("gold");
    assertThat(failed.getField("list")).isEqualTo("[1]");
    assertThat(failed.getField("n")).isEmpty();
  }

  @Test
  void givesReasonsInTheLanguageThatIsAskedFor() {
    assertThat(reason("")).contains("WhatsApp");
    assertThat(reason("&language=en")).isEqualTo(reason(""));
    assertThat(reason("&language=de")).startsWith("Nicht bei WhatsApp");
    assertThat(reason("&language=pt-BR")).startsWith("Não está no WhatsApp");
    assertProblem(
        get("/api/campaigns/" + ID + "/export?language=fr"), 400, "\"language\" is one of");
  }

  private static String reason(String language) {
    return export("?status=FAILED" + language).getFirst().getField("reason");
  }

  @Test
  void holdsOnlyThoseWhoAreAskedFor() {
    assertThat(export("?status=read")).hasSize(PEOPLE / 10);
    assertThat(export("?status=READ,failed")).hasSize(PEOPLE / 10 + 1);
    assertThat(export("?status=READ&status=PENDING")).hasSize(PEOPLE - 1);
    assertThat(export("?status=SENT")).isEmpty();
    assertThat(export("?reason=131026")).hasSize(1);
    assertThat(export("?status=READ&reason=131026")).isEmpty();
    assertThat(export("?reason=none")).as("without a code").hasSize(PEOPLE - 1);
    assertThat(export("?status=FAILED&reason=none")).isEmpty();
    assertThat(export("?status=FAILED").getFirst().getHeader()).doesNotContain("n");
  }

  @Test
  void refusalsAreProblemsAndNoFiles() {
    HttpResponse<byte[]> nobody = get("/api/campaigns/" + UUID.randomUUID() + "/export");

    assertProblem(nobody, 404, "There is no campaign");
    assertThat(nobody.headers().firstValue("Content-Disposition")).isEmpty();
    assertProblem(get("/api/campaigns/" + ID + "/export?status=LOST"), 400, "UNCONFIRMED");
  }

  /** A lock holds up the exports, and with them all connections that exports may have. */
  @Test
  void exportsOfSuppressionsLeaveConnectionsToWhoReads() {
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      CONSOLE.sql(sql ->
          sql.transactionResult(holding -> {
            holding.dsl().execute("LOCK TABLE sluice.suppression");
            for (int i = 0; i < 6; i++) {
              people.execute(ExportTest::exportSuppressions);
            }
            await().until(() -> Locks.waiting(holding.dsl()) == 2);

            assertThat(get("/api/senders").statusCode()).isEqualTo(200);
            assertThat(Locks.waiting(holding.dsl())).isLessThanOrEqualTo(2);
            return holding;
          }));
    }
  }

  /** Those that would have to wait are refused, before anything is read for them. */
  @Test
  void onlyEightExportsAreUnderWay() {
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      CONSOLE.sql(sql ->
          sql.transactionResult(holding -> {
            holding.dsl().execute("LOCK TABLE sluice.campaign_recipient");
            List<Future<HttpResponse<byte[]>>> exports = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
              exports.add(people.submit(() -> get("/api/campaigns/" + ID + "/export")));
            }

            await().until(() -> exports.stream().filter(Future::isDone).count() == 4);
            for (Future<HttpResponse<byte[]>> refused :
                exports.stream().filter(Future::isDone).toList()) {
              assertProblem(refused.get(), 429, "8 exports are on their way already");
              assertThat(refused.get().headers().firstValue("Content-Disposition")).isEmpty();
            }
            return holding;
          }));
    }
  }

  @Test
  void ofTooManyRecipientsTheFirstOnesSayWhichVariablesThereAre() {
    UUID id = UUID.fromString(CONSOLE.campaign());
    Exports exports = new Exports(Uploads.Limits.DEFAULT.leastSpeed());
    ExportPages.Names names =
        CONSOLE.sql(sql -> {
          sql.execute(
              "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
                  + " SELECT ?, '+55' || (11970000000 + n), '{\"n\":\"x\"}'"
                  + " FROM generate_series(1, 20000) AS n",
              id);
          return new ExportPages(sql, id, Set.of(), null, exports)
              .variables(10, 10, Duration.ofMillis(1));
        });

    assertThat(names.names()).containsExactly("n");
    assertThat(names.complete()).isFalse();
  }

  private static HttpResponse<byte[]> exportSuppressions() {
    return CONSOLE.send(
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + CONSOLE.port() + "/api/suppressions"))
            .header("Accept", "text/csv"));
  }

  /**
   * However little PostgreSQL knows about the rows; otherwise millions would be sorted for each
   * page.
   */
  @Test
  void pagesAreReadByAnIndexInItsOrder() {
    Exports exports = new Exports(Uploads.Limits.DEFAULT.leastSpeed());
    String plans =
        CONSOLE.sql(sql ->
            sql.transactionResult(inside -> {
              inside.dsl().execute("SET LOCAL enable_sort = off");
              return plan(inside.dsl(), exports, Set.of())
                  + plan(inside.dsl(), exports, Set.of(RecipientStatus.FAILED));
            }));

    assertThat(plans)
        .contains("campaign_recipient_campaign_id_phone_key", "campaign_recipient_page")
        .doesNotContain("Sort");
  }

  /** Short ones say nothing about those who come after them. */
  @Test
  void aPageEndsWhereItsRecipientsAreTooLongTogether() {
    UUID id = UUID.fromString(CONSOLE.campaign());
    int shortOnes = 150;
    int longOnes = 100;
    List<ExportPages.Page> pages =
        CONSOLE.sql(sql -> {
          sql.execute(
              "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
                  + " SELECT ?, '+55' || (11970000000 + n),"
                  + " jsonb_build_object('n', repeat('x', CASE WHEN n > ? THEN 60000 ELSE 1 END))"
                  + " FROM generate_series(1, ?) AS n",
              id,
              shortOnes,
              shortOnes + longOnes);
          return pages(
              new ExportPages(
                  sql, id, Set.of(), null, new Exports(Uploads.Limits.DEFAULT.leastSpeed())));
        });

    assertThat(pages)
        .allSatisfy(page ->
            assertThat(page.recipients().stream().mapToInt(StoredVariables::length).sum())
                .isLessThan(ExportPages.PAGE_CHARACTERS + 64 * 1024));
    assertThat(pages.stream().flatMap(page -> page.recipients().stream()))
        .extracting(one -> one.get(CAMPAIGN_RECIPIENT.PHONE))
        .hasSize(shortOnes + longOnes)
        .doesNotHaveDuplicates();
  }

  private static List<ExportPages.Page> pages(ExportPages all) {
    List<ExportPages.Page> pages = new ArrayList<>();
    pages.add(all.after(Recipients.Place.START));
    while (!pages.getLast().last()) {
      var last = pages.getLast().recipients().getLast();
      var r = CAMPAIGN_RECIPIENT;
      pages.add(
          all.after(
              new Recipients.Place(last.get(r.CREATED_AT), last.get(r.ID), last.get(r.PHONE))));
    }
    return pages;
  }

  private static String plan(DSLContext sql, Exports exports, Set<RecipientStatus> statuses) {
    var pages = new ExportPages(sql, UUID.fromString(ID), statuses, null, exports);
    var middle =
        new Recipients.Place(
            sql.fetchValue(
                CAMPAIGN_RECIPIENT.CREATED_AT, CAMPAIGN_RECIPIENT.PHONE.eq("+5511960000200")),
            200,
            "+5511960000200");
    return sql.explain(pages.page(sql, middle, 100)).plan();
  }

  private static List<NamedCsvRecord> export(String query) {
    HttpResponse<byte[]> answer = get("/api/campaigns/" + ID + "/export" + query);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8");
    return CsvReader.builder()
        .ofNamedCsvRecord(new String(answer.body(), StandardCharsets.UTF_8))
        .stream()
        .toList();
  }

  private static HttpResponse<byte[]> get(String path) {
    return CONSOLE.send("GET", path, "", "");
  }
}
