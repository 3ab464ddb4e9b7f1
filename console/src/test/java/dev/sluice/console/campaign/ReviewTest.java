package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is said about a campaign before it goes out, and what its start is refused for. */
class ReviewTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final String TEMPLATE =
      """
      {"message": {"type": "template", "template": {"name": "t", "language": {"code": "de"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "{{name}}"}]}]}}}
      """;
  private static final String PEOPLE =
      "phone,name\n+5511960000001,Ana\n+5511960000002,\n+5511960000003, \n+4915100000001,Bo\n";

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void namesWhoWouldGetNothingAndForWhomItIsNightThen() {
    String campaign = campaign();
    add(campaign, PEOPLE);
    JsonNode review = body(get(campaign + "/review?at=2026-06-01T08:00:00Z"));

    assertThat(review.path("missing").path("recipients").asLong()).isEqualTo(2);
    assertThat(review.at("/missing/variables/name").asLong()).isEqualTo(2);
    assertThat(review.at("/night/recipients").asLong()).isEqualTo(4);
    assertThat(review.at("/night/asleep").asLong()).isEqualTo(3);
    assertThat(review.at("/night/zones/0/timeZone").asString()).isEqualTo("America/Sao_Paulo");
    assertThat(body(get(campaign + "/review?at=2026-06-01T15:00:00Z")).at("/night/asleep").asLong())
        .isZero();
    assertProblem(get(campaign + "/review?at=tomorrow"), 400, "\"at\"");
    assertProblem(get(campaign + "/review?at=%2B1000000000-12-31T23:59:59Z"), 400, "\"at\"");
    assertProblem(get("/api/campaigns/00000000-0000-4000-8000-000000000000/review"), 404, "no");
  }

  /** Yesterday's file: one failed, and one had got it more than a day before. */
  @Test
  void namesWhomTheSenderWroteToWithinTheDayBeforeItStarts() {
    String campaign = campaign();
    add(campaign, PEOPLE);
    String yesterday = CONSOLE.campaign();
    add("/api/campaigns/" + yesterday, PEOPLE + "+4915100000002,Cy\n");
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign SET status = 'COMPLETED', started_at = '2030-06-01T08:00Z',"
                + " completed_at = '2030-06-01T09:00Z' WHERE id = ?::uuid",
            yesterday));
    sent(yesterday, "+5511960000001", "READ", "2030-06-01T08:30Z");
    sent(yesterday, "+4915100000001", "SENT", "2030-06-01T08:30Z");
    sent(yesterday, "+4915100000002", "SENT", "2030-06-01T08:30Z");
    sent(yesterday, "+5511960000002", "FAILED", "2030-06-01T08:30Z");
    sent(yesterday, "+5511960000003", "DELIVERED", "2030-06-01T08:00Z");

    JsonNode repeated = body(get(campaign + "/review?at=2030-06-02T08:15:00Z")).path("repeated");

    assertThat(repeated.path("recipients").asLong()).isEqualTo(2);
    assertThat(repeated.at("/campaign/id").asString()).isEqualTo(yesterday);
    assertThat(repeated.at("/campaign/name").asString()).isEqualTo("Spring");
    assertThat(repeated.path("partial").asBoolean()).isFalse();
    assertThat(repeatedAt(campaign, "2030-06-02T08:31:00Z")).isZero();
    CONSOLE.send("PUT", "/api/senders/other", "application/json", "{\"address\":\"2\"}");
    patch(campaign, "{\"sender\":\"other\"}");
    assertThat(repeatedAt(campaign, "2030-06-02T08:15:00Z")).isZero();
  }

  /** Others wait for the place in which campaigns are looked through. */
  @Test
  void whatCannotBeLookedAtWithinAFewSecondsAltogetherIsToldToBeUnknown() {
    String campaign = campaign();
    add(campaign, PEOPLE);
    String before = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign SET status = 'SENDING', started_at = now() WHERE id = ?::uuid",
            before));

    JsonNode review =
        CONSOLE.sql(sql ->
            sql.transactionResult(transaction -> {
              transaction.dsl().execute("LOCK TABLE sluice.campaign_recipient");
              long begun = System.nanoTime();
              JsonNode answer = body(get(campaign + "/review"));
              assertThat(Duration.ofNanos(System.nanoTime() - begun))
                  .isLessThan(Duration.ofSeconds(6));
              return answer;
            }));

    assertThat(review.path("night").isNull()).isTrue();
    assertThat(review.path("cost").isNull()).isTrue();
    assertThat(review.path("repeated").isNull()).isTrue();
    assertThat(review.at("/missing/partial").asBoolean()).isTrue();
    assertThat(review.at("/missing/recipients").asLong()).isZero();
    assertThat(body(get(campaign + "/review")).at("/missing/recipients").asLong()).isEqualTo(2);
  }

  private static long repeatedAt(String campaign, String at) {
    return body(get(campaign + "/review?at=" + at)).at("/repeated/recipients").asLong(-1);
  }

  private static void sent(String campaign, String phone, String status, String at) {
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET status = ?, sent_at = ?::timestamptz"
                + " WHERE campaign_id = ?::uuid AND phone = ?",
            status,
            at,
            campaign,
            phone));
  }

  @Test
  void aChangeIsLookedAtBeforeItIsMade() {
    String campaign = campaign();
    add(campaign, PEOPLE);
    String change =
        """
        {"message": {"type": "text", "text": {"body": "Hi {{name}} of {{city}}"}},
          "timeZone": "America/Sao_Paulo"}
        """;

    JsonNode review = body(CONSOLE.send("POST", campaign + "/review", "application/json", change));
    assertThat(review.at("/missing/recipients").asLong()).isEqualTo(4);
    assertThat(review.at("/missing/variables/city").asLong()).isEqualTo(4);
    assertThat(body(get(campaign + "/review")).at("/missing/variables/city").isMissingNode())
        .isTrue();
    assertProblem(
        CONSOLE.send("POST", campaign + "/review", "application/json", "{\"message\": 1}"),
        400,
        "\"message\"");
  }

  @Test
  void tellsWhatItWouldCostWherePricesAreKnown(@TempDir Path folder) throws Exception {
    String campaign = campaign();
    add(campaign, PEOPLE);
    Path prices =
        Files.writeString(
            folder.resolve("prices.csv"),
            "country,category,price,currency\nBR,*,0.0625,EUR\nDE,marketing,0.11,EUR\n");

    try (Console priced = CONSOLE.another(prices)) {
      JsonNode cost = cost(priced, campaign);
      assertThat(cost.path("amount").asString()).isEqualTo("0.1875");
      assertThat(cost.path("currency").asString()).isEqualTo("EUR");
      // Nobody can tell the template's category here.
      assertThat(cost.path("category").isMissingNode()).isTrue();
      assertThat(cost.at("/unpriced/recipients").asLong()).isEqualTo(1);
      assertThat(cost.at("/unpriced/countries").asLong()).isEqualTo(1);

      patch(campaign, "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}");
      assertThat(cost(priced, campaign).path("category").asString()).isEqualTo("service");

      CONSOLE.send(
          "PUT",
          "/api/senders/sms",
          "application/json",
          "{\"address\":\"1\",\"provider\":\"sms\"}");
      patch(campaign, "{\"sender\":\"sms\"}");
      assertThat(cost(priced, campaign).isNull()).isTrue();
    }
    assertThat(body(get(campaign + "/review")).path("cost").isNull()).isTrue();
  }

  private static JsonNode cost(Console console, String campaign) {
    HttpResponse<byte[]> answer =
        CONSOLE.get("http://localhost:" + console.port() + campaign + "/review", null);
    assertThat(answer.statusCode()).isEqualTo(200);
    return body(answer).path("cost");
  }

  /** They would fail with invalid_message. */
  @Test
  void anEmptyParameterOfATemplateIsAskedAboutLikeAMissingOne() {
    String campaign = campaign();
    add(campaign, PEOPLE);

    assertProblem(CONSOLE.send("POST", campaign + "/start", "", ""), 409, "\"name\" (2)");
    assertProblem(
        patch(campaign, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}"), 409, "\"name\" (2)");
    assertThat(CONSOLE.send("POST", campaign + "/start?acceptMissing=true", "", "").statusCode())
        .isEqualTo(202);
  }

  @Test
  void aScheduledCampaignTakesNobodyWithAnEmptyParameterUnasked() {
    String campaign = campaign();
    patch(campaign, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}");

    assertProblem(add(campaign, PEOPLE), 409, "\"name\" (2)");
    assertThat(add(campaign, "phone,name\n+5511960000001,Ana\n").statusCode()).isEqualTo(200);
  }

  @Test
  void aTextWithAGapIsSent() {
    String campaign = campaign();
    patch(campaign, "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}}");
    add(campaign, PEOPLE);

    assertThat(CONSOLE.send("POST", campaign + "/start", "", "").statusCode()).isEqualTo(202);
  }

  private static String campaign() {
    String campaign = "/api/campaigns/" + CONSOLE.campaign();
    assertThat(patch(campaign, TEMPLATE).statusCode()).isEqualTo(200);
    return campaign;
  }

  private static HttpResponse<byte[]> add(String campaign, String csv) {
    return CONSOLE.send("POST", campaign + "/recipients", "text/csv", csv);
  }

  private static HttpResponse<byte[]> patch(String campaign, String change) {
    return CONSOLE.send("PATCH", campaign, "application/json", change);
  }

  private static HttpResponse<byte[]> get(String path) {
    return CONSOLE.send("GET", path, "", "");
  }
}
