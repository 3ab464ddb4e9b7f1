package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.RecipientStatus;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Commands to campaigns. */
class CampaignCommandsTest {
  private static final String JSON = "application/json";
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
    assertProblem(post(start + "?recipients=" + "9".repeat(19)), 400, "\"recipients\"");
    assertProblem(post(start + "?recipients="), 400, "\"recipients\"");
    assertThat(post(start + "?recipients=2").statusCode()).isEqualTo(202);
    // The producer compares it once more: others may add some before it reads this.
    assertThat(CONSOLE.commandOf(id).reviewed()).isEqualTo(2);
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
  void aResendToASelectionNamesThoseWhoCanBeSentToAndCountsTheOthers() {
    String id = CONSOLE.campaign();
    String other = CONSOLE.campaign();
    List<Long> people = completed(id, "FAILED", "FAILED", "DELIVERED", "UNCONFIRMED");
    long stranger = completed(other, "FAILED").getFirst();
    String path = "/api/campaigns/" + id + "/resend";
    String chosen =
        "{\"recipients\":[%d,%d,%d,%d]}"
            .formatted(people.get(1), people.get(2), people.get(3), stranger);

    JsonNode answer = ConsoleFixture.body(CONSOLE.send("POST", path, JSON, chosen));

    assertThat(answer.path("recipients").asInt()).isEqualTo(1);
    assertThat(answer.path("left").toString()).isEqualTo("{\"UNCONFIRMED\":1,\"DELIVERED\":1}");
    assertThat(answer.path("unknown").asInt()).isEqualTo(1);
    CampaignCommand command = CONSOLE.commandOf(id);
    assertThat(command.command()).isEqualTo(CampaignCommand.Action.RESEND_SELECTED);
    assertThat(command.recipients()).containsExactly(people.get(1));
    assertThat(command.statuses()).containsExactly(RecipientStatus.FAILED);
    assertThat(command.reasons()).isNull();
  }

  @Test
  void aSelectionMayBeOfNumbersAndOfThoseInDoubtIfTheyAreNamed() {
    String id = CONSOLE.campaign();
    List<Long> people = completed(id, "FAILED", "FAILED", "DELIVERED", "UNCONFIRMED");

    JsonNode answer =
        ConsoleFixture.body(
            CONSOLE.send(
                "POST",
                "/api/campaigns/" + id + "/resend?status=FAILED&status=UNCONFIRMED",
                JSON,
                "{\"phones\":[\"+55 11 96000-0001\",\"+5511960000004\",\"+5511960000009\"]}"));

    assertThat(answer.path("recipients").asInt()).isEqualTo(2);
    assertThat(answer.path("unknown").asInt()).isEqualTo(1);
    assertThat(CONSOLE.commandOf(id).recipients())
        .containsExactly(people.getFirst(), people.getLast());
  }

  @Test
  void aSelectionOfNobodyWhoCanBeSentToIsRefused() {
    String id = CONSOLE.campaign();
    long delivered = completed(id, "DELIVERED").getFirst();
    String path = "/api/campaigns/" + id + "/resend";
    String tooMany =
        LongStream.rangeClosed(0, CampaignCommand.MOST_RECIPIENTS)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(",", "{\"recipients\":[", "]}"));

    assertProblem(
        CONSOLE.send("POST", path, JSON, "{\"recipients\":[" + delivered + "]}"), 409, "None of");
    for (String odd :
        List.of("{\"recipients\":[]}", "{\"recipients\":[null]}", "{\"phones\":[]}", tooMany)) {
      assertProblem(CONSOLE.send("POST", path, JSON, odd), 400, "has 1 to 1000");
    }
    assertProblem(CONSOLE.send("POST", path, JSON, "{\"phones\":[\"x\"]}"), 400, "\"phones\"");
    // A program whose list is missing does not mean everybody.
    for (String field : List.of("recipients", "phones", "reasons")) {
      assertProblem(CONSOLE.send("POST", path, JSON, "{\"" + field + "\":null}"), 400, field);
    }
    assertProblem(
        CONSOLE.send("POST", path, JSON, "{\"recipients\":[1],\"reasons\":[\"1\"]}"),
        400,
        "Give one of");
    assertProblem(CONSOLE.send("POST", path + "/review", JSON, "{}"), 400, "Give");
  }

  @Test
  void aReviewOfASelectionCountsItByStatusAndWhoHasOptedOut() {
    String id = CONSOLE.campaign();
    List<Long> people = completed(id, "FAILED", "FAILED", "DELIVERED", "FAILED").subList(0, 3);
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.suppression (phone, reason) VALUES ('+5511960000001', 'test')"
                + " ON CONFLICT DO NOTHING"));

    JsonNode review =
        ConsoleFixture.body(
            CONSOLE.send(
                "POST",
                "/api/campaigns/" + id + "/resend/review?status=FAILED",
                JSON,
                "{\"recipients\":" + people + "}"));

    assertThat(review.path("selected").toString()).isEqualTo("{\"FAILED\":2,\"DELIVERED\":1}");
    assertThat(review.path("suppressed").toString()).isEqualTo("{\"FAILED\":1}");
    assertThat(review.path("unknown").asInt()).isZero();
    assertThat(review.path("night").path("recipients").asInt())
        .as("those who would be sent to")
        .isEqualTo(2);
  }

  /** Completes a campaign with recipients of these statuses, and returns their ids. */
  private static List<Long> completed(String id, String... statuses) {
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status)"
                + " SELECT ?::uuid, '+551196000000' || n, status"
                + " FROM unnest(?::text[]) WITH ORDINALITY AS given (status, n)",
            id,
            statuses));
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET status = 'COMPLETED' WHERE id = ?::uuid", id));
    List<Long> ids = new ArrayList<>();
    CONSOLE.sql(sql ->
        ids.addAll(
            sql.fetch(
                    "SELECT id FROM sluice.campaign_recipient WHERE campaign_id = ?::uuid"
                        + " ORDER BY phone",
                    id)
                .getValues(0, Long.class)));
    return ids;
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
