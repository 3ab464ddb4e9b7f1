package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.LeastSpeed;
import dev.sluice.console.http.Spool;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.sql.Connections;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads of more than the network holds, with one place for files. */
class DownloadTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final AtomicInteger ENDED = new AtomicInteger();
  private static final AtomicInteger RUNNING = new AtomicInteger();
  private static final String EXPORT =
      "GET /api/suppressions HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n";
  private static final String LARGE_ANSWER = "GET /api/large HTTP/1.1\r\nHost: localhost\r\n\r\n";

  /** Bytes: more than a connection's buffers hold, and more than half of the budget. */
  private static final int LARGE = 20 << 20;

  /** Bytes a second: more than a slow reader takes, and fewer than one on a slow machine. */
  private static final int LEAST_SPEED = 200_000;

  /** A list that several people read. */
  private static final byte[] SHARED = new byte[LARGE];

  @TempDir private static Path folder;
  private static Console console;
  private static Api api;

  @BeforeAll
  static void start() {
    try (Database database =
        new Database(ENVIRONMENT.database(), 1, "test", new SimpleMeterRegistry())) {
      database
          .sql()
          .execute(
              "INSERT INTO sluice.suppression (phone, reason) SELECT '+' || n, repeat('r', 200)"
                  + " FROM generate_series(5511960000000, 5511960149999) AS n");
    }
    console =
        new Console(
            ConsoleConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.database()),
            new Console.Limits(
                new Connections.Sizes(1, 1, 1, 1, 1, 1),
                4,
                Duration.ofSeconds(3),
                Duration.ofSeconds(10),
                new Uploads.Limits(
                    new Spool.Limits(folder, 64 << 20, 256 << 20, 0),
                    1,
                    new LeastSpeed(LEAST_SPEED, Duration.ofMillis(500), Duration.ofMinutes(1)),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(1)),
                HeldBodies.Limits.API,
                HeldBodies.Limits.WEBHOOKS),
            new Health(),
            new SimpleMeterRegistry(),
            settings -> {
              settings.routes.get(
                  "/api/large", context -> JsonHttp.json(context, 200, "x".repeat(LARGE)));
              settings.routes.get(
                  "/api/huge", context -> JsonHttp.json(context, 200, "x".repeat(2 * LARGE)));
              settings.routes.get("/api/shared", context -> JsonHttp.shared(context, SHARED));
              settings.routes.before("/api/*", context -> RUNNING.incrementAndGet());
              settings.routes.after(
                  "/api/*",
                  context -> {
                    ENDED.incrementAndGet();
                    RUNNING.decrementAndGet();
                  });
            });
    api = new Api(console.port());
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  /** A request of the test before may end only after its client has gone. */
  @BeforeEach
  void reset() {
    soon().until(() -> RUNNING.get() == 0);
    ENDED.set(0);
  }

  @Test
  void whoDoesNotReadAnExportIsCutOffAndHoldsNoConnectionToTheDatabase() throws Exception {
    try (Socket silent = api.begin(EXPORT)) {
      assertThat(silent.getInputStream().read()).isEqualTo('H');
      assertThat(api.get("/api/suppressions").statusCode()).isEqualTo(200);

      soon().until(() -> ENDED.get() == 2);
      assertThat(rest(silent)).doesNotContain("+5511960149999");
    }
  }

  @Test
  void whoReadsAnExportByteByByteIsCutOff() throws Exception {
    try (Socket slow = api.begin(EXPORT)) {
      soon()
          .until(() -> {
            slow.getInputStream().readNBytes(1_000);
            return ENDED.get() == 1;
          });
      assertThat(rest(slow)).doesNotContain("+5511960149999");
    }
  }

  @Test
  void whoDoesNotReadRejectedLinesGivesThePlaceBack() throws Exception {
    String file = "phone,note\n" + ("bad," + "x".repeat(1_000) + "\n").repeat(40_000);
    try (Socket silent =
        api.begin(
            "POST /api/recipients/check HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n"
                + "Content-Type: text/csv\r\nContent-Length: "
                + file.length()
                + "\r\n\r\n"
                + file)) {
      assertThat(silent.getInputStream().read()).isEqualTo('H');

      HttpResponse<byte[]> next =
          soon()
              .until(
                  () -> api.post("/api/recipients/check", "text/csv", "phone\n"),
                  answer -> answer.statusCode() != 429);
      assertThat(next.statusCode()).isEqualTo(200);
      assertThat(rest(silent).length()).isLessThan(file.length());
    }
  }

  @Test
  void whoDoesNotReadALargeAnswerIsCutOffAndGivesItsRoomBack() throws Exception {
    try (Socket silent = api.begin(LARGE_ANSWER)) {
      soon().until(() -> ENDED.get() == 1);
      assertThat(rest(silent).length()).isLessThan(LARGE);
    }
    assertThat(api.get("/api/large").body()).hasSize(LARGE + 2);
  }

  @Test
  void anAnswerForWhichThereIsNoRoomIsToBeAskedForAgain() {
    HttpResponse<byte[]> refused = api.get("/api/huge");

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(Api.json(refused).path("detail").asString()).contains("no room");
  }

  @Test
  void whoReadsAListThatAnotherOneDoesNotReadFindsRoom() throws Exception {
    try (Socket silent = api.begin(LARGE_ANSWER.replace("large", "shared"))) {
      assertThat(silent.getInputStream().read()).isEqualTo('H');

      assertThat(api.get("/api/shared").body()).hasSize(LARGE);
    }
  }

  @Test
  void whoReadsALargeAnswerByteByByteIsCutOff() throws Exception {
    try (Socket slow = api.begin(LARGE_ANSWER)) {
      soon()
          .until(() -> {
            slow.getInputStream().readNBytes(1_000);
            return ENDED.get() == 1;
          });
      assertThat(rest(slow).length()).isLessThan(LARGE);
    }
  }

  @Test
  void whoReadsGetsAllOfIt() throws Exception {
    try (Socket reader = api.begin(EXPORT.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))) {
      assertThat(rest(reader)).contains("+5511960149999");
    }
  }

  @Test
  void anExportThatFailsHalfWayDoesNotPassForTheWhole() throws Exception {
    try (Database owner = new Database(ENVIRONMENT.owner(), 1, "test", new SimpleMeterRegistry())) {
      owner.sql().execute("SELECT 1");
      try (Socket reader = api.begin(EXPORT)) {
        assertThat(reader.getInputStream().read()).isEqualTo('H');
        owner.sql().execute("ALTER TABLE sluice.suppression RENAME TO away");

        assertThat(rest(reader)).doesNotContain("The database did not").doesNotEndWith("0\r\n\r\n");
      } finally {
        owner.sql().execute("ALTER TABLE sluice.away RENAME TO suppression");
      }
    }
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(25));
  }

  private static String rest(Socket socket) {
    StringBuilder all = new StringBuilder();
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int n = socket.getInputStream().read(buffer);
          n >= 0;
          n = socket.getInputStream().read(buffer)) {
        all.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      // It was cut off.
    }
    return all.toString();
  }
}
