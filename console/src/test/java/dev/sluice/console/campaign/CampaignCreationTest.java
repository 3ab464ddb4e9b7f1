package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Creating campaigns. */
class CampaignCreationTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void createsACampaignAndShowsIt() {
    String id = CONSOLE.campaign();
    JsonNode campaign = body(CONSOLE.send("GET", "/api/campaigns/" + id, "", ""));

    assertThat(campaign.path("status").asString()).isEqualTo("DRAFT");
    assertThat(campaign.path("senderId").asString()).isEqualTo("brazil");
    assertThat(campaign.path("counts").path("sent").asInt(-1)).isZero();
    assertThat(campaign.path("pending").asInt(-1)).isZero();
  }

  @Test
  void refusesACampaignThatCannotBeSentAndSaysWhy() {
    assertProblem(
        CONSOLE.send("POST", "/api/campaigns", "application/json", "{\"name\":\"x\"}"),
        400,
        "sender");
    assertProblem(
        CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"x\",\"sender\":\"nobody\",\"message\":{\"type\":\"text\"}}"),
        400,
        "There is no sender");
    assertProblem(CONSOLE.send("POST", "/api/campaigns", "application/json", "{"), 400, "body");
  }

  /** Its sender and account once more each time that its template is looked at. */
  @Test
  void aCampaignWithATimeIsCheckedOnceAsAWhole() {
    String message = "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}";
    String template =
        "\"message\":{\"type\":\"template\",\"template\":"
            + "{\"name\":\"t\",\"language\":{\"code\":\"de\"}}}}";
    String time = "\"scheduledAt\":\"2099-01-01T00:00:00Z\",";
    double draft = statements(message);

    assertThat(statements(time + message)).isEqualTo(draft);
    assertThat(statements(time + template)).isEqualTo(draft + 2 * 2);
  }

  /**
   * Returns the statements that creating one takes: the fewest of ten, beside the console's own.
   */
  private static double statements(String rest) {
    return IntStream.range(0, 10)
        .mapToDouble(time -> {
          double before = CONSOLE.statements();
          assertThat(
                  CONSOLE
                      .send(
                          "POST",
                          "/api/campaigns",
                          "application/json",
                          "{\"name\":\"x\",\"sender\":\"brazil\"," + rest)
                      .statusCode())
              .isEqualTo(201);
          return CONSOLE.statements() - before;
        })
        .min()
        .orElseThrow();
  }

  @Test
  void aCampaignWithATimeIsScheduledAndCanBeCancelled() {
    String id =
        body(CONSOLE.send(
                "POST",
                "/api/campaigns",
                "application/json",
                "{\"name\":\"Later\",\"sender\":\"brazil\",\"scheduledAt\":\"2099-01-01T00:00:00Z\","
                    + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}"))
            .path("id")
            .asString();

    assertThat(body(CONSOLE.send("GET", "/api/campaigns/" + id, "", "")).path("status").asString())
        .isEqualTo("SCHEDULED");
    assertThat(CONSOLE.send("POST", "/api/campaigns/" + id + "/cancel", "", "").statusCode())
        .isEqualTo(202);
    assertProblem(
        CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"Too late\",\"sender\":\"brazil\",\"scheduledAt\":\"2020-01-01T00:00:00Z\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}"),
        400,
        "past");
  }

  @Test
  void aMessageThatTheProviderWouldRefuseIsRefusedWithTheReason() {
    assertProblem(
        CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"x\",\"sender\":\"brazil\",\"message\":{\"type\":\"template\","
                + "\"template\":{\"name\":\"spring\"}}}"),
        400,
        "template.language.code");
  }

  @Test
  void anExternalIdBelongsToOneCampaign() {
    String campaign =
        "{\"name\":\"x\",\"sender\":\"brazil\",\"externalId\":\"%s\","
            + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}";
    String id =
        body(CONSOLE.send("POST", "/api/campaigns", "application/json", campaign.formatted(" 7 ")))
            .path("id")
            .asString();
    JsonNode found = body(CONSOLE.send("GET", "/api/campaigns?externalId=7", "", ""));

    assertThat(found.size()).isEqualTo(1);
    assertThat(found.path(0).path("id").asString()).isEqualTo(id);
    assertThat(found.path(0).path("externalId").asString()).isEqualTo("7");
    assertProblem(
        CONSOLE.send("POST", "/api/campaigns", "application/json", campaign.formatted("7")),
        409,
        "externalId");
    assertProblem(
        CONSOLE.send(
            "POST", "/api/campaigns", "application/json", campaign.formatted("x".repeat(201))),
        400,
        "externalId");
  }

  /** The other one may be rolled back, so a client that repeats the request is right. */
  @Test
  void whoseExternalIdAnotherTransactionIsUsingIsToldToTryAgain() {
    HttpResponse<byte[]> answer =
        CONSOLE.sql(sql ->
            sql.transactionResult(other -> {
              other
                  .dsl()
                  .execute(
                      "INSERT INTO sluice.campaign (name, sender_id, external_id, message)"
                          + " VALUES ('x', 'brazil', '8', '{\"type\":\"text\"}')");
              return CONSOLE.send(
                  "POST",
                  "/api/campaigns",
                  "application/json",
                  "{\"name\":\"x\",\"sender\":\"brazil\",\"externalId\":\"8\","
                      + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}");
            }));

    assertProblem(answer, 503, "with the same externalId");
  }

  @Test
  void aRepeatedRequestIsAnsweredByItsOneCampaign() {
    String name = "\"name\":\"Once\",\"sender\":\"brazil\"";
    String message = "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"%s\"}}";
    String hi = message.formatted("Hi");
    List<CompletableFuture<HttpResponse<byte[]>>> atOnce =
        IntStream.range(0, 8)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(
                    () -> create("key-1", "{" + name + "," + hi + "}"),
                    task -> Thread.ofVirtual().start(task)))
            .toList();

    assertThat(atOnce.stream().map(CompletableFuture::join).map(HttpResponse::statusCode))
        .containsOnly(201);
    assertThat(
            atOnce.stream()
                .map(CompletableFuture::join)
                .map(answer -> body(answer).path("id").asString())
                .distinct())
        .hasSize(1);
    HttpResponse<byte[]> again = create("key-1", "{" + hi + ", " + name + ",\"priority\":null}");
    assertThat(again.body()).isEqualTo(atOnce.getFirst().join().body());
    assertThat(again.headers().firstValue("Location")).isPresent();
    assertProblem(
        create("key-1", "{" + name + "," + message.formatted("Ho") + "}"), 422, "Idempotency-Key");
    assertProblem(
        create("key-1", "{" + name + "," + message.formatted("x".repeat(66_000)) + "}"),
        400,
        "\"message\" has at most");
    assertThat(body(create("key-2", "{" + name + "," + hi + "}")).path("id").asString())
        .isNotEqualTo(body(again).path("id").asString());
    assertProblem(create("k".repeat(256), "{" + name + "," + hi + "}"), 400, "Idempotency-Key");
  }

  private static HttpResponse<byte[]> create(String key, String campaign) {
    return CONSOLE.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + CONSOLE.port() + "/api/campaigns"))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.ofString(campaign)));
  }

  @Test
  void whatIsTooLargeIsRefusedWithTheFieldsName() {
    String campaign =
        "{\"name\":\"%s\",\"sender\":\"brazil\","
            + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"},\"x\":\"%s\"}}";

    assertProblem(
        CONSOLE.send(
            "POST", "/api/campaigns", "application/json", campaign.formatted("n".repeat(201), "")),
        400,
        "name");
    assertProblem(
        CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            campaign.formatted("n", "x".repeat(65_500))),
        400,
        "message");
  }
}
