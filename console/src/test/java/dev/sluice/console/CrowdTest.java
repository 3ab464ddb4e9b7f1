package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.Sandbox;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Many people, files and connections at once, at a console with one connection of each kind: what
 * asks for a second one while it holds the first waits for itself, and fails.
 */
class CrowdTest {
  private static final int UPLOADS = 4;
  private static final Duration WINDOW = Duration.ofMillis(500);
  private static final Sandbox SANDBOX = Sandbox.create(1);
  @TempDir private static Path folder;
  private static Console console;
  private static Api api;
  private static String sending;
  private static String draft;

  @BeforeAll
  static void start() throws SQLException {
    console =
        new Console(
            new ConsoleConfig(
                SANDBOX.kafka(),
                SANDBOX.database(),
                0,
                Optional.empty(),
                Optional.empty(),
                WebhookConfig.NONE),
            new Console.Limits(
                new Connections.Sizes(1, 1, 1),
                8,
                new Uploads.Limits(
                    new Spool.Limits(folder, 1 << 20, 64 << 20, 0),
                    UPLOADS,
                    new Pace(100_000, WINDOW, Duration.ofMinutes(1)),
                    Duration.ofSeconds(30)),
                HeldBodies.Limits.API,
                HeldBodies.Limits.WEBHOOKS),
            new Health(),
            new SimpleMeterRegistry(),
            settings -> {});
    api = new Api(console.port());
    for (String sender : List.of("brazil", "chile", "peru")) {
      api.put("/api/senders/" + sender, "{\"address\":\"1065403\",\"dailyLimit\":250}");
    }
    for (int i = 0; i < 10; i++) {
      draft = create(i % 2 == 0 ? "brazil" : "chile");
      api.post(recipients(draft), "text/csv", "phone\n+5511960000001\n");
    }
    sending = create("peru");
    sql("UPDATE sluice.campaign SET status = 'SENDING', total = 9 WHERE id = '" + sending + "'");
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @Test
  void whateverIsReadNeedsOneConnection() {
    for (String path :
        List.of(
            "/api/campaigns",
            "/api/campaigns?after=" + draft,
            "/api/campaigns/" + draft,
            "/api/campaigns/" + sending,
            "/api/campaigns/" + draft + "/recipients",
            "/api/campaigns/" + draft + "/errors",
            "/api/senders",
            "/api/senders/brazil",
            "/api/suppressions")) {
      assertThat(api.get(path).statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void anyNumberOfReadersIsServed() throws Exception {
    List<Future<HttpResponse<byte[]>>> answers = new ArrayList<>();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 24; i++) {
        answers.add(readers.submit(() -> api.get("/api/campaigns")));
        answers.add(readers.submit(() -> api.get("/api/senders")));
      }
    }
    for (Future<HttpResponse<byte[]>> answer : answers) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
    }
  }

  /** Each would keep the pauses' only connection for as long as a lock may be waited for. */
  @Test
  void whoChangesACampaignThatIsBeingFilledWaitsForNobody() throws Exception {
    List<Future<HttpResponse<byte[]>>> answers = new ArrayList<>();
    try (Connection filling = owner();
        var statement = filling.createStatement()) {
      filling.setAutoCommit(false);
      statement.execute("SELECT FROM sluice.campaign WHERE id = '" + draft + "' FOR SHARE");
      try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 3; i++) {
          answers.add(
              people.submit(() -> api.patch("/api/campaigns/" + draft, "{\"priority\":2}")));
          answers.add(
              people.submit(() -> api.post("/api/campaigns/" + draft + "/archive", "", "")));
        }
      }
    }
    for (Future<HttpResponse<byte[]>> answer : answers) {
      ConsoleFixture.assertProblem(answer.get(), 409, "try again afterwards");
    }
  }

  @Test
  void aFileThatTricklesTakesNoConnectionAndIsGivenUp() throws Exception {
    try (Socket trickle = api.beginUpload(recipients(draft), "phone\n")) {
      assertThat(api.post("/api/campaigns/" + sending + "/pause", "", "").statusCode())
          .isEqualTo(202);
      JsonNode report =
          Api.json(api.post("/api/suppressions", "text/csv", "phone\n+5511970000001\n"));

      assertThat(report.path("rejectedCount").asInt(-1)).isZero();
      // A byte now and then is no more than none.
      await()
          .until(() -> {
            trickle.getOutputStream().write('+');
            return trickle.getInputStream().available() > 0;
          });
      assertThat(read(trickle)).contains(" 408 ").contains("too slowly");
    }
  }

  @Test
  void aFileOfWhichNothingMoreComesIsGivenUp() throws Exception {
    try (Socket silent = api.beginUpload(recipients(draft), "phone\n")) {
      assertThat(read(silent)).contains(" 408 ");
    }
  }

  @Test
  void moreFilesThanThereArePlacesForAreToComeAgain() throws Exception {
    List<Socket> uploads = new ArrayList<>();
    try {
      for (int i = 0; i < UPLOADS; i++) {
        uploads.add(api.beginUpload(recipients(draft), "phone\n"));
      }
      HttpResponse<byte[]> refused =
          await()
              .until(
                  () -> api.post(recipients(draft), "text/csv", "phone\n"),
                  answer -> answer.statusCode() != 200);

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(api.post("/api/recipients/check", "text/csv", "phone\n").statusCode())
          .isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    } finally {
      for (Socket upload : uploads) {
        upload.close();
      }
    }
    await()
        .untilAsserted(() ->
            assertThat(api.post(recipients(draft), "text/csv", "phone\n").statusCode())
                .isEqualTo(200));
  }

  @Test
  void aFileThatIsTooLongIsRefusedAndAddsNobody() {
    String id = create("brazil");
    String csv = "phone,note\n+5511960000001,%s\n".formatted("x".repeat(2 << 20));

    assertThat(api.post(recipients(id), "text/csv", csv).statusCode()).isEqualTo(413);
    assertThat(total(id)).isZero();
  }

  /** As after a kill: nothing is in the database, and the file has no name even before. */
  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    String id = create("brazil");
    try (Socket upload = api.beginUpload(recipients(id), "phone\n+5511960000001\n")) {
      upload
          .getOutputStream()
          .write("+5511960000002\n".repeat(5_000).getBytes(StandardCharsets.UTF_8));
      awaitNoNamedFile();
    }
    api.post(recipients(id), "text/csv", "phone\n+5511960000003\n");

    assertThat(total(id)).isEqualTo(1);
    awaitNoNamedFile();
  }

  /** A file has a name for the moment between its creation and the removal of the name. */
  private static void awaitNoNamedFile() {
    await().untilAsserted(() -> assertThat(folder.toFile().list()).isEmpty());
  }

  @Test
  void fiveHundredViewersAndTwoThousandHalfRequestsHoldUpNobody() throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        crowd.add(api.begin("GET /api/campaigns/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      }
      for (int i = 0; i < 2_000; i++) {
        crowd.add(api.begin("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Le"));
      }
      for (Socket viewer : crowd.subList(0, 500)) {
        viewer.setSoTimeout(20_000);
        assertThat(viewer.getInputStream().read()).isEqualTo('H');
      }

      assertThat(api.post("/api/campaigns/" + sending + "/pause", "", "").statusCode())
          .isEqualTo(202);
      assertThat(api.get("/api/campaigns").statusCode()).isEqualTo(200);
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
  }

  @Test
  void listsComePageByPageWithoutMessages() throws SQLException {
    sql(
        "INSERT INTO sluice.sender (id, address) SELECT 'many' || n, '1' FROM generate_series(1,"
            + " 450) AS n");
    sql(
        "INSERT INTO sluice.campaign (name, sender_id, message) SELECT repeat('n', 1000), 'many1',"
            + " '{\"type\":\"text\"}' FROM generate_series(1, 450) AS n");

    for (String path : List.of("/api/campaigns", "/api/senders")) {
      List<String> seen = new ArrayList<>();
      JsonNode page = Api.json(api.get(path));
      while (!page.isEmpty()) {
        assertThat(page.size()).isLessThanOrEqualTo(200);
        page.forEach(row -> {
          assertThat(row.has("message")).isFalse();
          assertThat(row.path("name").asString("").length()).isLessThanOrEqualTo(200);
          seen.add(row.path("id").asString());
        });
        page = Api.json(api.get(path + "?after=" + seen.getLast()));
      }
      assertThat(seen).as(path).hasSizeGreaterThan(450).doesNotHaveDuplicates();
    }
    assertThat(api.get("/api/campaigns?after=x").statusCode()).isEqualTo(400);
  }

  private static String create(String sender) {
    return Api.json(
            api.post(
                "/api/campaigns",
                "application/json",
                "{\"name\":\"Spring\",\"sender\":\""
                    + sender
                    + "\",\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}"))
        .path("id")
        .asString();
  }

  private static String recipients(String campaign) {
    return "/api/campaigns/" + campaign + "/recipients";
  }

  private static int total(String campaign) {
    return Api.json(api.get("/api/campaigns/" + campaign)).path("total").asInt(-1);
  }

  private static String read(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    byte[] answer = socket.getInputStream().readNBytes(1);
    byte[] more = new byte[10_000];
    int length = socket.getInputStream().read(more);
    return new String(answer, StandardCharsets.UTF_8)
        + new String(more, 0, Math.max(0, length), StandardCharsets.UTF_8);
  }

  private static void sql(String statement) throws SQLException {
    try (Connection owner = owner();
        var prepared = owner.createStatement()) {
      prepared.execute(statement);
    }
  }

  private static Connection owner() throws SQLException {
    return DriverManager.getConnection(
        SANDBOX.owner().url(), SANDBOX.owner().user(), SANDBOX.owner().password());
  }
}
