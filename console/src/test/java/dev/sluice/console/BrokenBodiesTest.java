package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.LeastSpeed;
import dev.sluice.console.http.Spool;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.sql.Connections;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Json;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import tools.jackson.databind.JsonNode;

/** Bodies that never arrive whole, on every kind of route that reads one. */
class BrokenBodiesTest {
  private static final String API = "/api/campaigns";
  private static final String FILES = "/api/suppressions";
  private static final String WEBHOOKS = "/webhooks/whatsapp";
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** For files. */
  private static final int PLACES = 4;

  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  @TempDir private static Path folder;
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();
  private static Console console;
  private static Api api;

  private static final OwnLog LOG = new OwnLog();

  private OwnLog.Listening listening;

  @BeforeAll
  static void start() {
    // For one kind the whole time counts, for the other the least speed.
    HeldBodies.Limits bodies = limits(HeldBodies.Limits.API, new LeastSpeed(0, PATIENCE, PATIENCE));
    HeldBodies.Limits calls =
        limits(HeldBodies.Limits.WEBHOOKS, new LeastSpeed(1_024, PATIENCE, Duration.ofMinutes(1)));
    Console.Limits limits =
        new Console.Limits(
            Connections.Sizes.DEFAULT,
            4,
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            new Uploads.Limits(
                new Spool.Limits(folder, 1 << 20, 4 << 20, 0),
                PLACES,
                new LeastSpeed(1_024, PATIENCE, Duration.ofMinutes(1)),
                Duration.ofSeconds(30),
                Duration.ofMinutes(1)),
            bodies,
            calls);
    console =
        LOG.of(() ->
            new Console(
                WebhookFixture.config(ENVIRONMENT),
                limits,
                new Health(),
                METERS,
                settings ->
                    settings.routes.get(
                        "/api/fault",
                        context -> {
                          throw new IllegalStateException("a fault");
                        })));
    api = new Api(console.port());
  }

  private static HeldBodies.Limits limits(HeldBodies.Limits usual, LeastSpeed leastSpeed) {
    return new HeldBodies.Limits(1_000_000, 4 << 20, leastSpeed, usual.crowd());
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @BeforeEach
  void listen() {
    listening = LOG.listen(Logger.ROOT_LOGGER_NAME, Level.ERROR);
  }

  @AfterEach
  void noStackTrace() {
    listening.close();
    assertThat(LOG.lines()).hasSizeLessThanOrEqualTo(1);
    assertThat(LOG.lines()).allMatch(line -> line.getThrowableProxy() == null);
  }

  /** Otherwise no test would find one. */
  @Test
  void theStackTraceOfAFaultIsHeard() {
    assertThat(api.get("/api/fault").statusCode()).isEqualTo(500);

    assertThat(LOG.lines()).singleElement().matches(line -> line.getThrowableProxy() != null);
    listening.close();
    listen();
  }

  @ParameterizedTest
  @ValueSource(strings = {API, FILES, WEBHOOKS})
  void chunksThatAreNoneAreABadRequest(String path) throws Exception {
    try (Socket client = begin(path, "rubbish\r\n")) {
      refused(client, 400, "not as the request's head announces");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {API, FILES, WEBHOOKS})
  void rubbishAfterAGoodChunkIsABadRequest(String path) throws Exception {
    try (Socket client = begin(path, "5\r\nphone\r\n-17\r\n")) {
      refused(client, 400, "not as the request's head announces");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {API, FILES, WEBHOOKS})
  void chunksOfWhichNothingMoreComesAreGivenUp(String path) throws Exception {
    try (Socket client = begin(path, "5\r\npho")) {
      refused(client, 408, "The rest of the body did not arrive");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {API, FILES, WEBHOOKS})
  void aBodyThatEndsBeforeItsTimeIsABadRequest(String path) throws Exception {
    try (Socket client = begin(path, "5\r\npho")) {
      client.shutdownOutput();
      refused(client, 400, "not as the request's head announces");
    }
  }

  /** Suppressions are written batch by batch, 5,000 at a time. */
  @Test
  void ofAFileThatBreaksOffItIsToldHowMuchOfItIsDone() {
    String numbers =
        IntStream.range(0, 5_001)
            .mapToObj("{\"phone\":\"+55119700%05d\"}"::formatted)
            .collect(Collectors.joining(",", "[", ","));
    HttpResponse<byte[]> answer =
        api.post("/api/suppressions", "application/json", numbers + "rubbish");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Api.json(answer).path("detail").asString())
        .contains("The first 5000 numbers are suppressed")
        .contains("JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {API, WEBHOOKS})
  void aBodyThatTricklesIsGivenUp(String path) throws Exception {
    try (Socket client = begin(path, "ffff\r\n")) {
      await()
          .until(() -> {
            client.getOutputStream().write(' ');
            return client.getInputStream().available() > 0;
          });
      refused(client, 408, "too slowly");
    }
  }

  @ParameterizedTest
  @CsvSource({API + ",1;x=", WEBHOOKS + ",1;x=", FILES + ",1;x=", WEBHOOKS + ",0|X-a: "})
  void whatTricklesAroundTheBytesOfABodyHoldsNothingForLong(String path, String rest)
      throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try {
      // On a slow machine, the first ones may be gone before they are looked for.
      await()
          .until(() -> {
            for (int i = 0; i < PLACES; i++) {
              crowd.add(begin(path, "5\r\nphone\r\n" + rest.replace("|", "\r\n")));
            }
            return path.equals(FILES) ? upload() == 429 : held() > 0;
          });
      await()
          .until(() -> {
            trickle(crowd);
            return held() == 0 && upload() == 200;
          });
      assertThat(api.post(path, "text/csv", "phone\n").statusCode()).isNotIn(408, 429, 503);
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
  }

  private static void trickle(List<Socket> crowd) {
    for (Socket one : crowd) {
      try {
        one.getOutputStream().write('a');
      } catch (IOException e) {
        // It was cut off, as expected.
      }
    }
  }

  private static int upload() {
    return api.post(FILES, "text/csv", "phone\n+5511970000001\n").statusCode();
  }

  private static double held() {
    return METERS.find("sluice.console.bodies.held").gauges().stream()
        .mapToDouble(Gauge::value)
        .sum();
  }

  private static Socket begin(String path, String body) throws IOException {
    return api.begin(
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
            + "X-Hub-Signature-256: sha256="
            + "0".repeat(64)
            + "\r\nTransfer-Encoding: chunked\r\n\r\n"
            + body);
  }

  private static void refused(Socket client, int status, String words) throws IOException {
    client.setSoTimeout(20_000);
    String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .contains("application/problem+json")
        .contains("Connection: close");
    JsonNode problem =
        Json.MAPPER.readTree(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asString()).contains(words);
  }
}
