package dev.sluice.console;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.console.imports.RecipientImport;
import dev.sluice.console.imports.RowRules;
import dev.sluice.console.imports.Rows;
import dev.sluice.console.sql.Connections;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Many users at once, at a console with one connection of each kind. */
class CrowdTest {
  private static final Crowd CROWD = new Crowd();

  @AfterAll
  static void close() {
    CROWD.close();
  }

  private static List<String> whatIsRead() {
    return List.of(
        "/api/campaigns",
        "/api/campaigns?after=" + CROWD.draft,
        "/api/campaigns/" + CROWD.draft,
        "/api/campaigns/" + CROWD.sending,
        "/api/campaigns/" + CROWD.draft + "/recipients",
        "/api/campaigns/" + CROWD.draft + "/errors",
        "/api/senders",
        "/api/senders/brazil",
        "/api/suppressions",
        "/api/opt-outs");
  }

  @Test
  void whateverIsReadNeedsOneConnection() {
    for (String path : whatIsRead()) {
      assertThat(CROWD.api.get(path).statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void whateverIsReadTakesAPlaceAmongThoseWhoRead() {
    for (String path : whatIsRead()) {
      assertThat(CROWD.atFull.get(path).statusCode()).as(path).isEqualTo(429);
    }
    assertThat(CROWD.atFull.get("/api/senders/brazil/templates").statusCode()).isEqualTo(429);
  }

  @Test
  void whoStartsOrSchedulesACampaignTakesNone() {
    String id = CROWD.lacking();

    assertProblem(
        CROWD.atFull.patch("/api/campaigns/" + id, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}"),
        409,
        "\"name\" (1)");
    assertProblem(
        CROWD.atFull.post("/api/campaigns/" + id + "/start", "", ""), 409, "\"name\" (1)");
  }

  /**
   * A lock holds up all readers and writers of suppressions, and so all connections of their kinds.
   * Each waits for it for 2 s, and comes again.
   */
  @Test
  void whoReadsAndSuppressesHoldsUpNoPauseNoStartAndNoReceipt() throws Exception {
    String lacking = CROWD.lacking();
    AtomicBoolean seen = new AtomicBoolean();
    try (TableLock lock = CROWD.lock("suppression");
        ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Crowd.LISTS; i++) {
        people.execute(() -> again(seen, () -> CROWD.api.get("/api/suppressions")));
      }
      for (int i = 0; i < Uploads.Use.SUPPRESSION.atOnce(); i++) {
        people.execute(() -> again(seen, () -> suppressAt(CROWD.atFull)));
      }
      try {
        await().until(() -> lock.waiting() == 1 + Uploads.Use.SUPPRESSION.atOnce());

        assertProblem(
            await().until(() -> suppressAt(CROWD.atFull), one -> one.statusCode() == 429),
            429,
            "Other numbers are being suppressed");
        for (Api one : List.of(CROWD.api, CROWD.atFull)) {
          assertThat(one.post("/api/campaigns/" + CROWD.sending + "/pause", "", "").statusCode())
              .isEqualTo(202);
          assertProblem(
              one.post("/api/campaigns/" + lacking + "/start", "", ""), 409, "\"name\" (1)");
          assertThat(one.webhook(WebhookFixture.receipt("", "delivered", "wamid.1")).statusCode())
              .isEqualTo(200);
        }
      } finally {
        seen.set(true);
      }
    }
  }

  private static void again(AtomicBoolean enough, Supplier<HttpResponse<byte[]>> call) {
    while (!enough.get()) {
      var _ = call.get();
    }
  }

  /** Each change waits for the lock on a connection for changes, of which there is one. */
  @Test
  void whoChangesASenderThatIsLockedHoldsUpNoPauseAndNoCheckOfAChange() throws Exception {
    String lacking = CROWD.lacking();
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
        TableLock lock = CROWD.lock("sender")) {
      for (int i = 0; i < 10; i++) {
        people.execute(() ->
            CROWD.api.put("/api/senders/brazil", "{\"address\":\"1065403\",\"dailyLimit\":250}"));
      }
      await().until(() -> lock.waiting() == 1);

      assertThat(CROWD.api.post("/api/campaigns/" + CROWD.sending + "/pause", "", "").statusCode())
          .isEqualTo(202);
      assertProblem(
          CROWD.api.patch(
              "/api/campaigns/" + lacking, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}"),
          409,
          "\"name\" (1)");
    }
  }

  /**
   * Each waits for a row for 0.1 s, and all of them for longer than the pool lets anybody wait for
   * a connection.
   */
  @Test
  void whoChangesSomethingWaitsForTheirTurnAndIsToldIfItDoesNotCome() throws Exception {
    CROWD.api.put("/api/senders/held", "{\"address\":\"1065403\"}");
    List<Future<HttpResponse<byte[]>>> answers = new ArrayList<>();
    try (Connection holder = CROWD.owner();
        var holding = holder.createStatement();
        ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      holder.setAutoCommit(false);
      holding.execute("SELECT FROM sluice.sender WHERE id = 'held' FOR UPDATE");
      for (int i = 0; i < 60; i++) {
        answers.add(
            people.submit(() ->
                CROWD.api.put(
                    "/api/senders/held", "{\"address\":\"1065403\",\"dailyLimit\":250}")));
      }
      Set<Integer> statuses = new TreeSet<>();
      for (Future<HttpResponse<byte[]>> answer : answers) {
        statuses.add(answer.get().statusCode());
        if (answer.get().statusCode() == 429) {
          assertProblem(answer.get(), 429, "Too many changes are being made");
        }
      }
      assertThat(statuses).containsExactly(409, 429);
    }
  }

  /** They must get nothing from now on, however long the imports take. */
  @Test
  void whoImportsAndChecksFilesHoldsUpNobodyWhoSuppressesANumber() throws Exception {
    String draft = CROWD.create("brazil");
    Supplier<HttpResponse<byte[]>> importing =
        () -> CROWD.atFull.post(CROWD.recipients(draft), "text/csv", "phone\n+5511970000008\n");
    AtomicBoolean full = new AtomicBoolean();
    try (TableLock _ = CROWD.lock("campaign_recipient");
        ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Uploads.Use.IMPORT.atOnce(); i++) {
        people.execute(() -> again(full, importing));
      }
      try {
        assertProblem(
            await().until(importing::get, one -> one.statusCode() == 429),
            429,
            "Other files are being imported");
        assertThat(
                CROWD
                    .atFull
                    .post("/api/recipients/check", "text/csv", "phone\n+5511970000008\n")
                    .statusCode())
            .isEqualTo(200);
        assertThat(suppressAt(CROWD.atFull).statusCode()).isEqualTo(200);
      } finally {
        full.set(true);
      }
    }
  }

  private static HttpResponse<byte[]> suppressAt(Api console) {
    return console.post("/api/suppressions", "text/csv", "phone\n+5511970000009\n");
  }

  @Test
  void noStatementLockOrTransactionHoldsAConnectionForLong() {
    try (Connections connections =
        Connections.open(
            CROWD.environment.database(), Connections.Sizes.DEFAULT, new SimpleMeterRegistry())) {
      assertThat(
              Stream.of(
                      connections.commands(),
                      connections.webhooks(),
                      connections.lists(),
                      connections.feeds(),
                      connections.checks(),
                      connections.imports(),
                      connections.suppressions(),
                      connections.upkeep())
                  .map(CrowdTest::timeouts))
          .containsExactly(
              "5s 2s 5s",
              "5s 2s 5s",
              "10s 2s 10s",
              "10s 2s 10s",
              "10s 2s 10s",
              "1min 2s 16min",
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
        answers.add(readers.submit(() -> CROWD.api.get("/api/campaigns")));
        answers.add(readers.submit(() -> CROWD.api.get("/api/senders")));
      }
    }
    for (Future<HttpResponse<byte[]>> answer : answers) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
    }
  }

  /** Each that waited would keep the only connection for changes. */
  @Test
  void whoChangesACampaignThatIsBeingFilledWaitsForNobody() throws Exception {
    String id = CROWD.create("brazil");
    String path = "/api/campaigns/" + id;
    String message = "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}}";
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    try (Database importing =
            new Database(CROWD.environment.database(), 1, "import", new SimpleMeterRegistry());
        ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<RecipientImport.Report> filled =
          people.submit(() ->
              new RecipientImport(importing.sql())
                  .run(
                      UUID.fromString(id),
                      Stream.of("+5511960000001", "+5511960000002")
                          .map(phone -> phone.endsWith("1") ? phone : after(begun, changed, phone))
                          .map(phone ->
                              new Rows.Row(1, phone, Map.of(), null, null, List.of(), null))
                          .iterator(),
                      new RowRules(new PhoneNumbers(Optional.empty())),
                      RecipientImport.Accepted.NOTHING,
                      Caller.SERVICE));
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

      for (String change : List.of(message, "{\"name\":\"Summer\"}")) {
        assertProblem(CROWD.api.patch(path, change), 409, "are being added");
      }
      assertProblem(CROWD.api.post(path + "/archive", "", ""), 409, "are being added");
      changed.countDown();
      assertThat(filled.get().accepted()).isEqualTo(2);
      assertThat(CROWD.api.patch(path, message).statusCode()).isEqualTo(200);
      assertThat(CROWD.api.post(path + "/archive", "", "").statusCode()).isEqualTo(200);
    }
  }

  private static String after(CountDownLatch begun, CountDownLatch changed, String phone) {
    begun.countDown();
    try {
      assertThat(changed.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return phone;
  }

  @Test
  void fiveHundredViewersAndTwoThousandHalfRequestsHoldUpNobody() throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try {
      // Every fifth is a viewer. Without waiting for its response the queue of connections
      // overflows, and the system makes each wait for a second.
      for (int i = 0; i < 500; i++) {
        for (int half = 0; half < 4; half++) {
          crowd.add(
              CROWD.api.begin("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Le"));
        }
        Socket viewer =
            CROWD.api.begin("GET /api/campaigns/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        crowd.add(viewer);
        viewer.setSoTimeout(20_000);
        assertThat(viewer.getInputStream().read()).isEqualTo('H');
      }

      assertThat(CROWD.api.post("/api/campaigns/" + CROWD.sending + "/pause", "", "").statusCode())
          .isEqualTo(202);
      assertThat(CROWD.api.get("/api/campaigns").statusCode()).isEqualTo(200);
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
  }

  @Test
  void listsComePageByPageWithoutMessages() throws SQLException {
    CROWD.sql(
        "INSERT INTO sluice.sender (id, address) SELECT 'many' || n, '1' FROM generate_series(1,"
            + " 450) AS n");
    CROWD.sql(
        "INSERT INTO sluice.campaign (name, sender_id, message) SELECT repeat('n', 1000), 'many1',"
            + " '{\"type\":\"text\"}' FROM generate_series(1, 450) AS n");

    for (String path : List.of("/api/campaigns", "/api/senders")) {
      List<String> seen = new ArrayList<>();
      JsonNode page = Api.json(CROWD.api.get(path));
      while (!page.isEmpty()) {
        assertThat(page.size()).isLessThanOrEqualTo(200);
        page.forEach(row -> {
          assertThat(row.has("message")).isFalse();
          assertThat(row.path("name").asString("").length()).isLessThanOrEqualTo(200);
          seen.add(row.path("id").asString());
        });
        page = Api.json(CROWD.api.get(path + "?after=" + seen.getLast()));
      }
      assertThat(seen).as(path).hasSizeGreaterThan(450).doesNotHaveDuplicates();
    }
    assertThat(CROWD.api.get("/api/campaigns?after=x").statusCode()).isEqualTo(400);
  }
}
