package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.RecipientStatus;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Commands to campaigns. */
class CampaignCommandsTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void aStartIsACommandOnKafka() {
    String id = CONSOLE.campaign();
    HttpResponse<byte[]> answer = CONSOLE.send("POST", "/api/campaigns/" + id + "/start", "", "");

    assertThat(answer.statusCode()).isEqualTo(202);
    CampaignCommand command = CONSOLE.commandOf(id);
    assertThat(command.command()).isEqualTo(CampaignCommand.Action.START);
    assertThat(command.requestedAt()).isNotNull();
  }

  @Test
  void refusesACommandThatMakesNoSenseNow() {
    String id = CONSOLE.campaign();

    assertProblem(CONSOLE.send("POST", "/api/campaigns/" + id + "/pause", "", ""), 409, "DRAFT");
  }

  /** They were in no review, and the start would wait for them. */
  @Test
  void nothingStartsWhileRecipientsAreAdded() {
    String id = CONSOLE.campaign();
    String start = "/api/campaigns/" + id + "/start";
    List<HttpResponse<byte[]>> meanwhile =
        CONSOLE.sql(sql ->
            sql.transactionResult(adding -> {
              adding.dsl().execute("SELECT FROM sluice.campaign WHERE id = ?::uuid FOR SHARE", id);
              return List.of(post(start), post(start + "?recipients=0"));
            }));

    assertThat(meanwhile)
        .allSatisfy(answer -> assertProblem(answer, 409, "are being added to the campaign"));
    assertThat(post(start).statusCode()).isEqualTo(202);
  }

  @Test
  void aStartIsForAsManyRecipientsAsWereReviewed() {
    String id = CONSOLE.campaign();
    String start = "/api/campaigns/" + id + "/start";
    add(id, "phone\n+5511960000001\n+5511960000002\n");
    HttpResponse<byte[]> refused = post(start + "?recipients=1");

    assertProblem(refused, 409, "2 recipients by now and not 1");
    assertThat(ConsoleFixture.body(refused).path("recipients").asInt()).isEqualTo(2);
    assertProblem(post(start + "?recipients=3"), 409, "2 recipients by now and not 3");
    assertProblem(post(start + "?recipients=many"), 400, "\"recipients\"");
    assertProblem(post(start + "?recipients=-1"), 400, "\"recipients\"");
    assertThat(post(start + "?recipients=2").statusCode()).isEqualTo(202);
  }

  @Test
  void nothingStartsWhoseRecipientsCannotBeCompared() {
    String id = CONSOLE.campaign();
    String start = "/api/campaigns/" + id + "/start";
    HttpResponse<byte[]> refused =
        CONSOLE.sql(sql ->
            sql.transactionResult(holding -> {
              holding.dsl().execute("LOCK TABLE sluice.campaign_recipient");
              return post(start + "?recipients=0");
            }));

    assertProblem(refused, 503, "could not be counted");
    assertThat(post(start + "?recipients=0").statusCode()).isEqualTo(202);
  }

  @Test
  void aResendNamesTheReasonsThatItIsFor() {
    String id = CONSOLE.campaign();
    String path = "/api/campaigns/" + id + "/resend";
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET status = 'COMPLETED' WHERE id = ?::uuid", id));

    assertProblem(CONSOLE.send("POST", path, "application/json", "{\"reasons\":[]}"), 400, "1 to");
    assertProblem(
        CONSOLE.send("POST", path, "application/json", "{\"reason\":\"1\"}"), 400, "did you mean");
    HttpResponse<byte[]> answer =
        CONSOLE.send("POST", path, "application/json", "{\"reasons\":[\"131049\",\"131026\"]}");

    assertThat(answer.statusCode()).isEqualTo(202);
    CampaignCommand command = CONSOLE.commandOf(id);
    assertThat(command.reasons()).containsExactlyInAnyOrder("131026", "131049");
    assertThat(command.statuses()).containsExactly(RecipientStatus.FAILED);
  }

  @Test
  void failuresAreCountedByReasonWithWhatCanBeDone() {
    String id = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status, error_code)"
                + " SELECT ?::uuid, '+551196000000' || n, 'FAILED', codes[n]"
                + " FROM (SELECT ARRAY['131026', '131026', '131049', 'missing_variable', 'x']"
                + " AS codes) AS given, generate_series(1, 5) AS n",
            id));
    var errors =
        ConsoleFixture.body(CONSOLE.send("GET", "/api/campaigns/" + id + "/errors", "", ""));

    assertThat(errors.path(0).path("count").asInt()).isEqualTo(2);
    assertThat(errors.path(0).path("words").asString()).contains("Not on WhatsApp");
    assertThat(
            errors.values().stream()
                .map(
                    row -> row.path("code").asString() + " " + row.path("retryHelps").asString("")))
        .containsExactlyInAnyOrder("131026 false", "131049 true", "missing_variable false", "x ");
  }

  @Test
  void whoWasSkippedIsListedWithTheReasonAndNoResendHelps() {
    String id = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status, error_code)"
                + " SELECT ?::uuid, '+551196000000' || n, 'SUPPRESSED', codes[n]"
                + " FROM (SELECT ARRAY['capped', 'capped', NULL] AS codes) AS given,"
                + " generate_series(1, 3) AS n",
            id));
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET total = 3, suppressed = 3 WHERE id = ?::uuid", id));
    var errors =
        ConsoleFixture.body(CONSOLE.send("GET", "/api/campaigns/" + id + "/errors", "", ""));

    assertThat(errors.path(0).path("code").asString()).isEqualTo("capped");
    assertThat(errors.path(0).path("words").asString()).contains("frequency cap");
    assertThat(errors.path(1).path("words").asString()).contains("opted out");
    assertThat(errors.values())
        .hasSize(2)
        .allSatisfy(row -> {
          assertThat(row.path("status").asString()).isEqualTo("SUPPRESSED");
          assertThat(row.path("retryHelps").asBoolean(true)).isFalse();
        });
  }

  @Test
  void aResendIsRefusedBeforeTheEndAndForThoseWhoGotIt() {
    String id = CONSOLE.campaign();

    assertProblem(CONSOLE.send("POST", "/api/campaigns/" + id + "/resend", "", ""), 409, "DRAFT");
    assertProblem(
        CONSOLE.send("POST", "/api/campaigns/" + id + "/resend?status=SENT", "", ""), 400, "twice");
  }

  private static HttpResponse<byte[]> post(String path) {
    return CONSOLE.send("POST", path, "", "");
  }

  private static void add(String id, String csv) {
    CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv);
  }
}
