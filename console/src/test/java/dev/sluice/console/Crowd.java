package dev.sluice.console;

import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.LeastSpeed;
import dev.sluice.console.http.Spool;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.sql.Connections;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Two consoles with one connection of each kind, so that code that asks for a second one while it
 * holds the first waits for itself, and fails. Each class of tests that crowds them has its own.
 */
final class Crowd implements AutoCloseable {
  static final int UPLOADS = 4;
  static final int LISTS = 8;

  /** Longer than a pool lets anybody wait for a connection. */
  private static final Duration CHANGES_WAIT = Duration.ofSeconds(4);

  private static final Duration WINDOW = Duration.ofMillis(500);

  final TestEnvironment environment = TestEnvironment.create(1);
  private final Closer closer = new Closer();

  /** Where uploads are kept. */
  final Path folder;

  final Api api;

  /** A console without any place for readers. */
  final Api atFull;

  /** Ids of campaigns. */
  final String sending;

  final String draft;

  Crowd() {
    try {
      folder = Files.createTempDirectory("crowd");
      closer.register(() -> Files.delete(folder));
      api = new Api(console(LISTS, Duration.ofSeconds(30)).port());
      atFull = new Api(console(0, Duration.ZERO).port());
      for (String sender : List.of("brazil", "chile", "peru")) {
        api.put("/api/senders/" + sender, "{\"address\":\"1065403\",\"dailyLimit\":250}");
      }
      String last = "";
      for (int i = 0; i < 10; i++) {
        last = create(i % 2 == 0 ? "brazil" : "chile");
        api.post(recipients(last), "text/csv", "phone\n+5511960000001\n");
      }
      draft = last;
      sending = create("peru");
      sql("UPDATE sluice.campaign SET status = 'SENDING', total = 9 WHERE id = '" + sending + "'");
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Starts a console.
   *
   * @param lists the places for readers
   * @param wait how long a reader waits for one
   */
  private Console console(int lists, Duration wait) {
    return closer.register(
        new Console(
            WebhookFixture.config(environment),
            new Console.Limits(
                new Connections.Sizes(1, 1, 1, 1, 1, 1),
                lists,
                wait,
                CHANGES_WAIT,
                new Uploads.Limits(
                    new Spool.Limits(folder, 1 << 20, 64 << 20, 0),
                    UPLOADS,
                    new LeastSpeed(100_000, WINDOW, Duration.ofMinutes(1)),
                    wait,
                    Duration.ofMinutes(1)),
                HeldBodies.Limits.API,
                HeldBodies.Limits.WEBHOOKS),
            new Health(),
            new SimpleMeterRegistry(),
            settings -> {}));
  }

  /** Creates a draft whose recipient has no value for its variable. */
  String lacking() {
    String id = create("brazil");
    api.patch(
        "/api/campaigns/" + id,
        "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}}");
    api.post(recipients(id), "text/csv", "phone\n+5511960000001\n");
    return id;
  }

  String create(String sender) {
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

  String recipients(String campaign) {
    return "/api/campaigns/" + campaign + "/recipients";
  }

  int total(String campaign) {
    return Api.json(api.get("/api/campaigns/" + campaign)).path("total").asInt(-1);
  }

  void sql(String statement) throws SQLException {
    try (Connection owner = owner();
        var prepared = owner.createStatement()) {
      prepared.execute(statement);
    }
  }

  Connection owner() throws SQLException {
    return DriverManager.getConnection(
        environment.owner().url(), environment.owner().user(), environment.owner().password());
  }

  /** Locks a table exclusively until the lock is closed. */
  TableLock lock(String table) throws SQLException {
    return new TableLock(owner(), table);
  }

  /** Returns the beginning of a response. */
  static String read(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    byte[] answer = socket.getInputStream().readNBytes(1);
    byte[] more = new byte[10_000];
    int length = socket.getInputStream().read(more);
    return new String(answer, StandardCharsets.UTF_8)
        + new String(more, 0, Math.max(0, length), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    closer.close();
  }
}
