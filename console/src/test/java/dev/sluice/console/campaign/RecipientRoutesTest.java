package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.ConsoleFixture;
import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.console.imports.RecipientImport;
import dev.sluice.console.imports.RowRules;
import dev.sluice.console.imports.Rows;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Importing and reading recipients. */
class RecipientRoutesTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void importsTheGoodLinesOfACsvFileAndNamesTheBadOnes() {
    String id = CONSOLE.campaign();
    String csv =
        "\uFEFFphone,first_name,note\r\n"
            + "+5511960000001,Jürgen,\"Müller, \"\"Bo\"\"\"\r\n"
            + "12,too short,\r\n"
            + "+5511960000001,again,\r\n"
            + "+5511960000002,\"two\nlines\",\r\n"
            + "hello,not a number,\r\n"
            + "+5511960000003,one,cell,too many\r\n";
    JsonNode report =
        body(CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv));

    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("duplicates").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").size()).isEqualTo(3);
    assertThat(report.path("rejected").path(0).path("line").asInt()).isEqualTo(3);
    assertThat(report.path("rejected").path(1).path("line").asInt()).isEqualTo(7);
    assertThat(report.path("rejected").path(2).path("reason").asString()).contains("4 columns");
    assertThat(body(CONSOLE.send("GET", "/api/campaigns/" + id, "", "")).path("total").asInt())
        .isEqualTo(2);
  }

  @Test
  void whomTheSendersCapWouldSkipIsCountedBesideWhoHasOptedOut() {
    CONSOLE.send(
        "PUT",
        "/api/senders/capped",
        "application/json",
        "{\"address\":\"1\",\"capMessages\":2,\"capDays\":7}");
    String id = CONSOLE.campaign();
    String path = "/api/campaigns/" + id;
    CONSOLE.send(
        "POST",
        path + "/recipients",
        "text/csv",
        """
        phone
        +4915200000001
        +4915200000002
        +4915200000003
        +4915200000004
        +4915200000005
        """);
    CONSOLE.send("POST", "/api/suppressions", "text/csv", "phone\n+4915200000004\n");
    String two =
        "{\"-1\":{\"sender\":\"capped\",\"round\":1,\"at\":\"%s\"},"
            + "\"-2\":{\"sender\":\"%s\",\"round\":1,\"at\":\"%s\"}}";
    Instant lately = Instant.now().minus(Duration.ofDays(1));
    Instant longAgo = Instant.now().minus(Duration.ofDays(9));
    had("+4915200000001", two.formatted(lately, "capped", lately));
    had("+4915200000002", two.formatted(lately, "another", lately));
    had("+4915200000003", two.formatted(lately, "capped", longAgo));
    had("+4915200000004", two.formatted(lately, "capped", lately));
    had("+4915200000005", two.formatted(lately, "capped", lately));
    assertThat(capped(path)).as("of a sender without a cap").isZero();

    edit(path, "{\"sender\":\"capped\"}");
    assertThat(capped(path)).isEqualTo(2);
    edit(path, "{\"ignoreCap\":true}");
    assertThat(capped(path)).isZero();
  }

  private static void had(String phone, String messages) {
    CONSOLE.sql(
        sql -> sql.execute("INSERT INTO sluice.contact VALUES (?, ?::jsonb)", phone, messages));
  }

  private static int capped(String path) {
    return body(CONSOLE.send("GET", path + "/suppressed", "", "")).path("capped").asInt(-1);
  }

  private static void edit(String path, String change) {
    assertThat(CONSOLE.send("PATCH", path, "application/json", change).statusCode()).isEqualTo(200);
  }

  @Test
  void whoGetsNothingIsCountedByStatusAndReason() {
    String id = CONSOLE.campaign();
    String path = "/api/campaigns/" + id + "/suppressed";
    CONSOLE.send(
        "POST",
        "/api/campaigns/" + id + "/recipients",
        "text/csv",
        "phone\n+4915100000001\n+4915100000002\n+4915100000003\n+4915100000004\n");
    CONSOLE.send(
        "POST",
        "/api/suppressions",
        "text/csv",
        "phone\n+4915100000001\n+4915100000002\n+4915100000003\n");
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET status = 'FAILED', error_code ="
                + " right(phone, 1) WHERE campaign_id = ?::uuid AND phone > '+4915100000001'",
            id));

    assertThat(body(CONSOLE.send("GET", path, "", "")).path("suppressed").asInt()).isEqualTo(1);
    assertThat(
            body(CONSOLE.send("GET", path + "?status=FAILED", "", "")).path("suppressed").asInt())
        .isEqualTo(2);
    assertThat(
            body(CONSOLE.send("GET", path + "?status=FAILED&reason=3", "", ""))
                .path("suppressed")
                .asInt())
        .isEqualTo(1);
    assertProblem(CONSOLE.send("GET", path + "?status=ASLEEP", "", ""), 400, "status");
  }

  @Test
  void importsJson() {
    String id = CONSOLE.campaign();
    String json =
        "[{\"phone\":\"+5511960000001\",\"variables\":{\"first_name\":\"Ana\"}},{\"phone\":\"x\"}]";
    JsonNode report =
        body(
            CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "application/json", json));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").path(0).path("line").asInt()).isEqualTo(2);
  }

  /** There may be millions of them, and a transaction that waited for them would be ended. */
  @Test
  void rowsBeforeTheFirstGoodOneHoldNothing() {
    String id = CONSOLE.campaign();
    Rows.Row bad = new Rows.Row(2, "", Map.of(), null, null, List.of(), "bad");
    Rows.Row good = new Rows.Row(3, "+5511960000001", Map.of(), null, null, List.of(), null);
    RowRules rules = new RowRules(new PhoneNumbers(Optional.empty()));

    RecipientImport.Report report =
        CONSOLE.sql(importing ->
            CONSOLE.sql(others -> {
              Iterator<Rows.Row> rows =
                  Stream.of(bad, good)
                      .peek(row ->
                          others.execute(
                              "SELECT FROM sluice.campaign WHERE id = ?::uuid FOR UPDATE NOWAIT",
                              id))
                      .iterator();
              return new RecipientImport(importing)
                  .run(
                      UUID.fromString(id),
                      rows,
                      rules,
                      RecipientImport.Accepted.NOTHING,
                      Caller.SERVICE);
            }));

    assertThat(report.accepted()).isEqualTo(1);
    assertThat(report.rejectedCount()).isEqualTo(1);
  }

  /** As when a program sends a file again because a proxy gave up waiting the first time. */
  @Test
  void whoIsBeingAddedByAnotherImportIsAConflictAndNoFault() {
    String id = CONSOLE.campaign();
    Rows.Row person = new Rows.Row(2, "+5511960000001", Map.of(), null, null, List.of(), null);
    RowRules rules = new RowRules(new PhoneNumbers(Optional.empty()));

    CONSOLE.sql(first ->
        first.transactionResult(adding -> {
          adding
              .dsl()
              .execute(
                  "INSERT INTO sluice.campaign_recipient (campaign_id, phone) VALUES (?::uuid, ?)",
                  id,
                  person.phone());
          return CONSOLE.sql(again -> {
            again.execute("SET lock_timeout = 50");
            RecipientImport imports = new RecipientImport(again);
            assertThatThrownBy(() ->
                    imports.run(
                        UUID.fromString(id),
                        Stream.of(person).iterator(),
                        rules,
                        RecipientImport.Accepted.NOTHING,
                        Caller.SERVICE))
                .isInstanceOfSatisfying(
                    ProblemException.class, problem -> assertThat(problem.status()).isEqualTo(409))
                .hasMessageContaining("nobody of this file was added");
            return id;
          });
        }));
  }

  @Test
  void anUnusableFileAddsNobody() {
    String id = CONSOLE.campaign();
    String path = "/api/campaigns/" + id + "/recipients";

    assertProblem(CONSOLE.send("POST", path, "text/csv", ""), 400, "empty");
    assertProblem(CONSOLE.send("POST", path, "text/csv", "name,city\nAna,Recife\n"), 400, "phone");
    assertProblem(
        CONSOLE.send("POST", path, "application/json", "[{\"phone\":\"+5511960000001\"},"),
        400,
        "JSON");
    assertProblem(CONSOLE.send("POST", path, "application/xml", "<a/>"), 400, "text/csv");
    assertThat(body(CONSOLE.send("GET", "/api/campaigns/" + id, "", "")).path("total").asInt(-1))
        .isZero();
  }

  @Test
  void backslashesQuotesAndNewLinesOfAFileArriveAsTheyAre() {
    String id = CONSOLE.campaign();
    String csv =
        "phone,note\n+5511960000001,\"a \\ b\"\n+5511960000002,\"\\\\N \"\"q\"\"\"\n"
            + "+5511960000003,\"two\nlines\ttab\"\n+5511960000004,nul\u0000\n";
    JsonNode report =
        body(CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv));
    JsonNode rows = body(CONSOLE.send("GET", "/api/campaigns/" + id + "/recipients", "", ""));

    assertThat(report.path("accepted").asInt()).isEqualTo(3);
    assertThat(report.path("rejected").path(0).path("reason").asString()).contains("NUL");
    assertThat(
            rows.path("recipients").values().stream().map(r -> r.at("/variables/note").asString()))
        .containsExactly("a \\ b", "\\\\N \"q\"", "two\nlines\ttab");
  }

  @Test
  void recipientsWithTooMuchAreRejectedAlone() {
    String id = CONSOLE.campaign();
    String many =
        "{\"phone\":\"+5511960000002\",\"variables\":{%s\"z\":\"\"}}"
            .formatted("\"%s\":\"\",".formatted("k".repeat(1_000)).repeat(300));
    String json =
        "[{\"phone\":\"+5511960000001\",\"variables\":{\"a\":\"%s\"}},%s,7,"
                .formatted("x".repeat(1_025), many)
            + "{\"phone\":\"+5511960000003\",\"variables\":{\"a\":\"%s\",\"n\":5,\"o\":true}}]"
                .formatted("x".repeat(1_024));
    JsonNode report =
        body(
            CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "application/json", json));
    String sixteenKilobytes = ("," + "x".repeat(1_000)).repeat(17);
    String header = "";
    for (int i = 1; i <= 17; i++) {
      header += ",v" + i;
    }
    JsonNode second =
        body(
            CONSOLE.send(
                "POST",
                "/api/campaigns/" + id + "/recipients",
                "text/csv",
                "phone" + header + "\n+5511960000004" + sixteenKilobytes + "\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").values().stream().map(row -> row.path("reason").asString()))
        .satisfiesExactly(
            reason -> assertThat(reason).contains("\"a\"").contains("1024"),
            reason -> assertThat(reason).contains("too long"),
            reason -> assertThat(reason).contains("not an object"));
    assertThat(second.at("/rejected/0/reason").asString()).contains("16384 bytes");
  }

  @Test
  void aColumnWithALongNameIsRejected() {
    String name = "n".repeat(201);
    JsonNode report =
        body(
            CONSOLE.send(
                "POST",
                "/api/campaigns/" + CONSOLE.campaign() + "/recipients",
                "application/json",
                """
                [{"phone":"+5511960000001","variables":{"%s":"x"}},
                 {"phone":"+5511960000002","variables":{"%s":"x"}}]
                """
                    .formatted(name, name.substring(1))));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.at("/rejected/0/reason").asString())
        .contains("nnn")
        .contains("a name of more than 200 characters");
  }

  @Test
  void aSecondImportCountsWhoIsThereAlready() {
    String id = CONSOLE.campaign();
    String path = "/api/campaigns/" + id + "/recipients";
    CONSOLE.send("POST", path, "text/csv", "phone\n+5511960000001\n");
    JsonNode report =
        body(CONSOLE.send("POST", path, "text/csv", "phone\n+5511960000001\n+55 11 96000-0002\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("duplicates").asInt()).isEqualTo(1);
  }

  @Test
  void externalIdsAreKeptAndBelongToOneRecipientOfACampaign() {
    String id = CONSOLE.campaign();
    String path = "/api/campaigns/" + id + "/recipients";
    String tooLong = "x".repeat(201);
    JsonNode csv =
        body(
            CONSOLE.send(
                "POST",
                path,
                "text/csv",
                "external_id,phone,name\nc\\1,+5511960000001,Ana\n,+5511960000002,Bia\n"
                    + tooLong
                    + ",+5511960000003,Caio\n"));
    JsonNode json =
        body(
            CONSOLE.send(
                "POST",
                path,
                "application/json",
                "[{\"phone\":\"+5511960000004\",\"externalId\":\"c\\\\1\"},"
                    + "{\"phone\":\"+5511960000005\",\"externalId\":5},"
                    + "{\"phone\":\"+5511960000006\",\"externalId\":[]}]"));
    JsonNode recipients = body(CONSOLE.send("GET", path, "", "")).path("recipients");

    assertThat(csv.path("accepted").asInt()).isEqualTo(2);
    assertThat(csv.at("/rejected/0/reason").asString()).contains("external id");
    assertThat(json.path("accepted").asInt()).isEqualTo(1);
    assertThat(json.path("duplicates").asInt()).isEqualTo(1);
    assertThat(json.at("/rejected/0/reason").asString()).contains("externalId");
    assertThat(recipients.values().stream().map(row -> row.path("externalId").asString("none")))
        .containsExactly("c\\1", "none", "5");
    assertThat(recipients.at("/0/variables").propertyNames()).containsExactly("name");
    assertProblem(
        CONSOLE.send(
            "POST", path, "text/csv", "phone,external_id,externalId\n+5511960000007,a,b\n"),
        400,
        "mean the same");
  }

  @Test
  void recipientsAreReadPageByPage() {
    String id = CONSOLE.campaign();
    StringBuilder csv = new StringBuilder("phone\n");
    for (int i = 1; i <= 150; i++) {
      csv.append("+55119600%05d\n".formatted(i));
    }
    CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv.toString());
    String path = "/api/campaigns/" + id + "/recipients";

    JsonNode first = body(CONSOLE.send("GET", path + "?status=pending", "", ""));
    JsonNode second =
        body(
            CONSOLE.send(
                "GET", path + "?status=PENDING&after=" + first.path("next").asLong(), "", ""));

    assertThat(first.path("recipients").size()).isEqualTo(100);
    assertThat(second.path("recipients").size()).isEqualTo(50);
    assertThat(second.path("next").isMissingNode() || second.path("next").isNull()).isTrue();
    assertThat(second.path("recipients").path(49).path("phone").asString())
        .isEqualTo("+5511960000150");
    assertThat(body(CONSOLE.send("GET", path + "?status=SENT", "", "")).path("recipients").size())
        .isZero();
    assertThat(
            body(CONSOLE.send("GET", path + "?phone=%2B551196000014", "", ""))
                .path("recipients")
                .size())
        .isEqualTo(10);
    assertProblem(CONSOLE.send("GET", path + "?status=LOST", "", ""), 400, "UNCONFIRMED");
    assertProblem(CONSOLE.send("GET", path + "?after=x", "", ""), 400, "after");
  }
}
