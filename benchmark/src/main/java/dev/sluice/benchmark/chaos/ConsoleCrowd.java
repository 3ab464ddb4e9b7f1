package dev.sluice.benchmark.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Simulated users of a console: readers of lists, viewers, viewers that do not read, slow
 * uploaders, and users that change a campaign while others fill it.
 */
final class ConsoleCrowd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BYTE_EVERY = Duration.ofSeconds(4);

  private static final Duration CHANGE_EVERY = Duration.ofMillis(200);

  private final URI console;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> changes = new ConcurrentHashMap<>();
  private final AtomicLong slowestRead = new AtomicLong();
  private final AtomicLong longestGap = new AtomicLong();
  private final LongAdder givenUp = new LongAdder();

  ConsoleCrowd(String url) {
    console = URI.create(url);
  }

  /** An action that a user repeats until the crowd is closed. */
  private interface Habit {
    void once() throws IOException, InterruptedException;
  }

  private void add(int count, Habit habit) {
    for (int i = 0; i < count; i++) {
      people.execute(() -> {
        while (!people.isShutdown()) {
          try {
            habit.once();
          } catch (IOException e) {
            answers.computeIfAbsent(0, none -> new LongAdder()).increment();
          } catch (InterruptedException e) {
            return;
          }
        }
      });
    }
  }

  /** Adds users that read a list as soon as they have read the previous one. */
  void readers(int count) {
    add(count / 2, () -> read("/api/campaigns"));
    add(count - count / 2, () -> read("/api/senders"));
  }

  private void read(String path) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    var answer =
        http.send(
            HttpRequest.newBuilder(console.resolve(path)).timeout(PATIENCE).build(),
            BodyHandlers.discarding());
    answers.computeIfAbsent(answer.statusCode(), status -> new LongAdder()).increment();
    slowestRead.accumulateAndGet(System.nanoTime() - begun, Math::max);
  }

  /**
   * Adds viewers of all campaigns, which must keep changing, and measures the longest time without
   * an event.
   */
  void viewers(int count) {
    add(
        count,
        () -> {
          try (Socket socket = open("GET /api/campaigns/events")) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            InputStream events = socket.getInputStream();
            byte[] buffer = new byte[64 * 1024];
            long before = System.nanoTime();
            while (events.read(buffer) >= 0) {
              long now = System.nanoTime();
              longestGap.accumulateAndGet(now - before, Math::max);
              before = now;
            }
          }
        });
  }

  /** Adds one viewer for each campaign, which need not change. */
  void followers(List<String> campaigns) {
    campaigns.forEach(campaign ->
        add(
            1,
            () -> {
              try (Socket socket = open("GET " + campaign + "/events")) {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
              }
            }));
  }

  /** Adds users that change and archive a campaign repeatedly, whatever the response. */
  void changers(int count, String campaign) {
    HttpRequest.Builder change =
        HttpRequest.newBuilder(console.resolve(campaign))
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"priority\":2}"));
    HttpRequest.Builder archive =
        HttpRequest.newBuilder(console.resolve(campaign + "/archive"))
            .POST(BodyPublishers.noBody());
    for (HttpRequest.Builder request : List.of(change, archive)) {
      add(
          count / 2,
          () -> {
            var answer = http.send(request.timeout(PATIENCE).build(), BodyHandlers.discarding());
            changes.computeIfAbsent(answer.statusCode(), status -> new LongAdder()).increment();
            Thread.sleep(CHANGE_EVERY);
          });
    }
  }

  /** Adds viewers that never read; one that is cut off reconnects after a while. */
  void deafViewers(int count) {
    add(
        count,
        () -> {
          try (Socket socket = open("GET /api/campaigns/events")) {
            Thread.sleep(PATIENCE);
            socket.setSoLinger(true, 0);
          }
        });
  }

  /** Adds users that upload a byte at a time and start over when they are cut off. */
  void slowUploaders(int count, String path) {
    add(
        count,
        () -> {
          try (Socket socket =
              open("POST " + path, "Content-Type: text/csv", "Content-Length: 1000000")) {
            while (socket.getInputStream().available() == 0) {
              socket.getOutputStream().write('p');
              Thread.sleep(BYTE_EVERY);
            }
          }
          givenUp.increment();
        });
  }

  private Socket open(String request, String... headers) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress(console.getHost(), console.getPort()));
    String head = request + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers);
    socket
        .getOutputStream()
        .write((head.stripTrailing() + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /** Returns the number of responses by status; 0 stands for no response. */
  Map<Integer, LongAdder> answers() {
    return answers;
  }

  /** Returns the number of changes by status. */
  Map<Integer, LongAdder> changes() {
    return changes;
  }

  /** Returns the share of responses with this status, 0 to 1. */
  double share(int status) {
    double all = answers.values().stream().mapToLong(LongAdder::sum).sum();
    return answers.getOrDefault(status, new LongAdder()).sum() / all;
  }

  long slowUploadsGivenUp() {
    return givenUp.sum();
  }

  /** Returns the longest time of a list, from the request to the last byte. */
  Duration slowestRead() {
    return Duration.ofNanos(slowestRead.get());
  }

  /** Returns the longest time between two events at one viewer. */
  Duration longestGap() {
    return Duration.ofNanos(longestGap.get());
  }

  @Override
  public void close() {
    people.shutdownNow();
    http.shutdownNow();
    people.close();
  }
}
