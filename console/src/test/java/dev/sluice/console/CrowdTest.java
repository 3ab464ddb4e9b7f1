package dev.sluice.console;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.Sandbox;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
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
import java.util.stream.Stream;
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
  private static final int LISTS = 8;
  private static final Duration WINDOW = Duration.ofMillis(500);
  private static final Sandbox SANDBOX = Sandbox.create(1);
  @TempDir private static Path folder;
  private static Console console;
  private static Api api;
  private static Console full;

  /** At a console without any place for who reads. */
  private static Api atFull;

  private static String sending;
  private static String draft;

  @BeforeAll
  static void start() throws SQLException {
    console = console(LISTS, Duration.ofSeconds(30));
    api = new Api(console.port());
    full = console(0, Duration.ZERO);
    atFull = new Api(full.port());
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

  /** One in which who finds no place waits for so long. */
  private static Console console(int lists, Duration wait) {
    return new Console(
        new ConsoleConfig(
            SANDBOX.kafka(),
            SANDBOX.database(),
            0,
            Optional.empty(),
            Optional.empty(),
            new WebhookConfig(Optional.of(WebhookFixture.SECRET), Optional.empty(), List.of())),
        new Console.Limits(
            new Connections.Sizes(1, 1, 1, 1, 1),
            lists,
            wait,
            new Uploads.Limits(
                new Spool.Limits(folder, 1 << 20, 64 << 20, 0),
                UPLOADS,
                new Pace(100_000, WINDOW, Duration.ofMinutes(1)),
                wait,
                Duration.ofMinutes(1)),
            HeldBodies.Limits.API,
            HeldBodies.Limits.WEBHOOKS),
        new Health(),
        new SimpleMeterRegistry(),
        settings -> {});
  }

  @AfterAll
  static void stop() {
    full.close();
    console.close();
  }

  private static List<String> whatIsRead() {
    return List.of(
        "/api/campaigns",
        "/api/campaigns?after=" + draft,
        "/api/campaigns/" + draft,
        "/api/campaigns/" + sending,
        "/api/campaigns/" + draft + "/recipients",
        "/api/campaigns/" + draft + "/errors",
        "/api/senders",
        "/api/senders/brazil",
        "/api/suppressions",
        "/api/opt-outs");
  }

  @Test
  void whateverIsReadNeedsOneConnection() {
    for (String path : whatIsRead()) {
      assertThat(api.get(path).statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void whateverIsReadTakesAPlaceAmongThoseWhoRead() {
    for (String path : whatIsRead()) {
      assertThat(atFull.get(path).statusCode()).as(path).isEqualTo(429);
    }
    assertThat(atFull.get("/api/senders/brazil/templates").statusCode()).isEqualTo(429);
  }

  @Test
  void whoStartsOrSchedulesACampaignTakesNone() {
    String id = lacking();

    assertProblem(
        atFull.patch("/api/campaigns/" + id, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}"),
        409,
        "\"name\" (1)");
    assertProblem(atFull.post("/api/campaigns/" + id + "/start", "", ""), 409, "\"name\" (1)");
  }

  /** A lock holds up whoever reads or adds suppressions, and so all connections of their kinds. */
  @Test
  void whoReadsAndImportsHoldsUpNoPauseNoStartAndNoReceipt() throws Exception {
    String lacking = lacking();
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
        Lock lock = new Lock("suppression")) {
      for (int i = 0; i < LISTS; i++) {
        people.execute(() -> api.get("/api/suppressions"));
      }
      for (int i = 0; i < Uploads.IMPORTS; i++) {
        people.execute(() -> suppressAt(atFull));
      }
      await().until(() -> lock.waiting() == 1 + Uploads.IMPORTS);

      assertProblem(suppressAt(atFull), 429, "Other files are being imported");
      for (Api one : List.of(api, atFull)) {
        assertThat(one.post("/api/campaigns/" + sending + "/pause", "", "").statusCode())
            .isEqualTo(202);
        assertProblem(
            one.post("/api/campaigns/" + lacking + "/start", "", ""), 409, "\"name\" (1)");
        assertThat(one.webhook(WebhookFixture.receipt("", "delivered", "wamid.1")).statusCode())
            .isEqualTo(200);
      }
    }
  }

  private static HttpResponse<byte[]> suppressAt(Api console) {
    return console.post("/api/suppressions", "text/csv", "phone\n+5511970000009\n");
  }

  /** Their recipients cannot be counted for as long as they are locked. */
  @Test
  void whoWatchesManyCampaignsHoldsUpNobodyWhoReads() throws Exception {
    List<Socket> viewers = new ArrayList<>();
    try (Lock lock = new Lock("campaign_recipient")) {
      for (int i = 0; i < 5; i++) {
        viewers.add(
            api.begin(
                "GET /api/campaigns/"
                    + create("brazil")
                    + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      }
      await().until(() -> lock.waiting() == 1);

      assertThat(api.get("/api/senders").statusCode()).isEqualTo(200);
    } finally {
      for (Socket viewer : viewers) {
        viewer.close();
      }
    }
  }

  /** As if there were too many: nobody would find the campaign that is to be paused. */
  @Test
  void aDraftWhoseRecipientsTakeTooLongToCountIsListedBesideTheOthers() throws Exception {
    try (Lock _ = new Lock("campaign_recipient");
        Socket viewer =
            api.begin("GET /api/campaigns/events HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      HttpResponse<byte[]> list = api.get("/api/campaigns?search=Spring");

      assertThat(list.statusCode()).isEqualTo(200);
      assertThat(row(list, draft).path("total").isNull()).isTrue();
      assertThat(row(list, draft).path("pending").isNull()).isTrue();
      assertThat(row(list, sending).path("total").asInt()).isEqualTo(9);
      assertThat(Api.json(api.get("/api/campaigns/" + draft)).path("total").isNull()).isTrue();
      assertThat(read(viewer)).startsWith("HTTP/1.1 200");
    }
  }

  private static JsonNode row(HttpResponse<byte[]> list, String id) {
    return Api.json(list)
        .valueStream()
        .filter(row -> row.path("id").asString().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whoStartsACampaignWhoseRecipientsNobodyCouldLookThroughIsTold() throws Exception {
    String first = lacking();
    String second = lacking();
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
        Lock lock = new Lock("campaign_recipient")) {
      people.execute(() -> start(first));
      await().until(() -> lock.waiting() == 1);

      HttpResponse<byte[]> answer = start(second);

      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(Api.json(answer).path("unchecked").asBoolean(false)).isTrue();
      HttpResponse<byte[]> scheduled =
          api.patch("/api/campaigns/" + second, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}");
      assertThat(Api.json(scheduled).path("unchecked").asBoolean(false)).isTrue();
    }
  }

  private static HttpResponse<byte[]> start(String campaign) {
    return api.post("/api/campaigns/" + campaign + "/start", "", "");
  }

  @Test
  void noStatementLockOrTransactionHoldsAConnectionForLong() {
    try (Connections connections =
        Connections.open(
            SANDBOX.database(), Connections.Sizes.DEFAULT, new SimpleMeterRegistry())) {
      assertThat(
              Stream.of(
                      connections.commands(),
                      connections.webhooks(),
                      connections.lists(),
                      connections.feeds(),
                      connections.checks(),
                      connections.imports(),
                      connections.upkeep())
                  .map(CrowdTest::timeouts))
          .containsExactly(
              "5s 2s 5s",
              "5s 2s 5s",
              "10s 2s 10s",
              "10s 2s 10s",
              "10s 2s 10s",
              "1min 2s 16min",
              "5s 2s 5s");
    }
  }

  private static String timeouts(Database connections) {
    return connections
        .sql()
        .fetchSingle(
            "SELECT concat_ws(' ', current_setting('statement_timeout'),"
                + " current_setting('lock_timeout'),"
                + " current_setting('idle_in_transaction_session_timeout'))")
        .get(0, String.class);
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
      assertProblem(answer.get(), 409, "try again afterwards");
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
      // A viewer after four others: who does not wait for answers overflows the queue of
      // connections, where the system lets each wait for a second.
      for (int i = 0; i < 500; i++) {
        for (int half = 0; half < 4; half++) {
          crowd.add(api.begin("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Le"));
        }
        Socket viewer = api.begin("GET /api/campaigns/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        crowd.add(viewer);
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

  /** A draft whose recipient has no value for its variable. */
  private static String lacking() {
    String id = create("brazil");
    api.patch(
        "/api/campaigns/" + id,
        "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}}");
    api.post(recipients(id), "text/csv", "phone\n+5511960000001\n");
    return id;
  }

  /** Nobody else gets at a table until it is closed. */
  private record Lock(Connection holder) implements AutoCloseable {
    Lock(String table) throws SQLException {
      this(owner());
      holder.setAutoCommit(false);
      try (var statement = holder.createStatement()) {
        statement.execute("LOCK TABLE sluice." + table);
      }
    }

    /** How many wait for it. */
    int waiting() throws SQLException {
      try (var statement = holder.createStatement();
          var count =
              statement.executeQuery(
                  "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                      + " WHERE NOT granted AND datname = current_database()")) {
        count.next();
        return count.getInt(1);
      }
    }

    @Override
    public void close() throws SQLException {
      holder.close();
    }
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
