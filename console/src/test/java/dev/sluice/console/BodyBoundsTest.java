package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.LeastSpeed;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.sql.Connections;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * What a console holds in memory of clients' bodies, with the default sizes, and longer patience so
 * that a slow machine holds as much as it should.
 */
class BodyBoundsTest {
  private static final String JSON = "application/json";
  private static final String FORGED = "X-Hub-Signature-256: sha256=" + "0".repeat(64) + "\r\n";
  private static final int CROWD = 330;
  private static final int ANNOUNCED = 999_000;
  private static final int SENT = 990_000;
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();
  private static Console console;
  private static Api api;

  @BeforeAll
  static void start() {
    console =
        new Console(
            WebhookFixture.config(ENVIRONMENT),
            new Console.Limits(
                Connections.Sizes.DEFAULT,
                4,
                Duration.ofSeconds(3),
                Duration.ofSeconds(10),
                Uploads.Limits.DEFAULT,
                patient(HeldBodies.Limits.API),
                patient(HeldBodies.Limits.WEBHOOKS)),
            new Health(),
            METERS,
            settings -> {});
    api = new Api(console.port());
  }

  private static HeldBodies.Limits patient(HeldBodies.Limits usual) {
    Duration patience = Duration.ofMinutes(1);
    return new HeldBodies.Limits(
        usual.longest(), usual.together(), new LeastSpeed(0, patience, patience), usual.crowd());
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @Test
  void aCrowdOfUnfinishedBodiesIsHeldWithinABudgetThatWebhooksDoNotShare() throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < CROWD; i++) {
        crowd.add(unfinished("/api/campaigns", ANNOUNCED, SENT));
      }
      await()
          .untilAsserted(
              () -> assertThat(held("api")).isBetween(12.3 * (1 << 20), 13.4 * (1 << 20)));

      String refused = answer(unfinished("/api/campaigns", ANNOUNCED, SENT));
      assertThat(refused)
          .startsWith("HTTP/1.1 503 ")
          .contains("Retry-After: ")
          .contains("Connection: close")
          .contains("application/problem+json")
          .contains("try again later");
      assertThat(call("{\"object\":\"whatsapp_business_account\",\"entry\":[]}")).isEqualTo(200);
      assertThat(api.put("/api/senders/chile", "{\"address\":\"1065403\"}").statusCode())
          .as("a small body")
          .isEqualTo(200);
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
    await().until(() -> held("api") == 0 && held("webhooks") == 0);
    assertThat(api.put("/api/senders/brazil", "{\"address\":\"1065403\"}").statusCode())
        .isEqualTo(200);
  }

  /** Forged calls are told from genuine ones only when they are whole, which they never are. */
  @ParameterizedTest
  @CsvSource({"20, 3000000, 2900000", "220, 64000, 60000"})
  void aCrowdOfForgedCallsThatTrickleKeepsNoGenuineOneOut(int calls, int announced, int sent)
      throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < calls; i++) {
        crowd.add(unfinished("/webhooks/whatsapp", announced, sent));
      }
      await()
          .untilAsserted(
              () -> assertThat(held("webhooks")).isBetween(9.0 * (1 << 20), 12.0 * (1 << 20)));
      crowd.forEach(one -> send(one, 1));

      assertThat(call("{\"object\":\"whatsapp_business_account\",\"entry\":[]}")).isEqualTo(200);
      assertThat(call("{\"entry\":[],\"more\":\"" + "n".repeat(2_500_000) + "\"}"))
          .as("a long one")
          .isEqualTo(200);
      assertThat(api.put("/api/senders/brazil", "{\"address\":\"1065403\"}").statusCode())
          .isEqualTo(200);
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
    await().until(() -> held("webhooks") == 0);
    assertThat(METERS.get("sluice.console.webhooks.refused").tag("kind", "no_room").counter())
        .satisfies(counter -> assertThat(counter.count()).isPositive());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "X-Hub-Signature-256: sha256=00\r\n"})
  void aCallThatCannotBeSignedIsRefusedBeforeItsBodyComes(String signature) throws Exception {
    try (Socket client =
        api.begin(
            "POST /webhooks/whatsapp HTTP/1.1\r\nHost: localhost\r\n"
                + signature
                + "Content-Length: 1000\r\n\r\n")) {
      assertThat(answer(client)).startsWith("HTTP/1.1 403 ").contains("Connection: close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/campaigns", "/webhooks/whatsapp"})
  void aNameOfThirtyMegabytesIsReadNoFurtherThanABodyMayBeLong(String path) throws Exception {
    try (Socket client =
        api.begin(
            "POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\n"
                + FORGED
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "1e00000\r\n{\"")) {
      send(client, 30_000_000);

      // It may have hung up on a client that was still sending.
      assertThat(answer(client))
          .satisfiesAnyOf(
              words -> assertThat(words).startsWith("HTTP/1.1 413 "),
              words -> assertThat(words).isEmpty());
    }
    await().until(() -> held("api") == 0 && held("webhooks") == 0);
  }

  @Test
  void aNameIsRepeatedInAnAnswerUpToAHundredCharacters() {
    String name = "n".repeat(900);
    for (String body :
        List.of(
            "{\"" + name + "\":1,\"" + name + "\":2}",
            "{\"" + "n".repeat(900_000) + "\":1}",
            "{\"message\":{\"" + name + "\":1,\"" + name + "\":2}}")) {
      HttpResponse<byte[]> answer = api.post("/api/campaigns", JSON, body);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(Api.json(answer).path("detail").asString())
          .startsWith("The body is not JSON")
          .doesNotContain("n".repeat(101));
    }
  }

  @Test
  void theReasonsOfRejectedRowsAreShortHoweverLongTheNamesInThemAre() {
    String rows =
        "[{\"phone\":\"+5511960000001\",\"variables\":{\"" + "n".repeat(40_000) + "\":null}}]";
    JsonNode report = Api.json(api.post("/api/recipients/check", JSON, rows));

    assertThat(report.at("/rejected/0/reason").asString())
        .contains("must be a text")
        .hasSizeLessThanOrEqualTo(300);
  }

  @Test
  void textsNestingAndNumbersOfABodyAreBounded() {
    for (String value :
        List.of("\"" + "x".repeat(300_000) + "\"", "[".repeat(600), "9".repeat(1_001))) {
      HttpResponse<byte[]> answer = api.post("/api/campaigns", JSON, "{\"message\":" + value);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(Api.json(answer).path("detail").asString())
          .startsWith("The body is not JSON")
          .contains("exceeds the maximum");
    }
  }

  private static double held(String kind) {
    return METERS.get("sluice.console.bodies.held").tag("kind", kind).gauge().value();
  }

  private static Socket unfinished(String path, int announced, int sent) throws IOException {
    Socket client =
        api.begin(
            "POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + FORGED
                + "Content-Length: "
                + announced
                + "\r\n\r\n");
    send(client, sent);
    return client;
  }

  private static void send(Socket client, int bytes) {
    try {
      client.getOutputStream().write("n".repeat(bytes).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It was refused before it was sent; the response may be there.
    }
  }

  private static String answer(Socket client) throws IOException {
    client.setSoTimeout(20_000);
    try (client;
        InputStream in = client.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    }
  }

  /** Posts a signed call as the provider does. */
  private static int call(String body) throws Exception {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (HttpClient provider = HttpClient.newHttpClient()) {
      return provider
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://localhost:" + console.port() + "/webhooks/whatsapp"))
                  .header(
                      "X-Hub-Signature-256", WebhookFixture.signature(WebhookFixture.SECRET, bytes))
                  .POST(BodyPublishers.ofByteArray(bytes))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }
}
