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
 * People at a console: who reads lists, who watches, who does not read, who uploads slowly, who
 * changes what others fill.
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

  /** What somebody does again and again until the crowd goes home. */
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

  /** They read a list as soon as they have read the one before. */
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
   * They follow the campaigns, which must change all the time, and measure how long nothing comes.
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

  /** Each follows a campaign of its own, of which nothing new need come. */
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

  /** They change and archive a campaign again and again, whatever they are answered. */
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

  /** They follow as well, and never read; who is cut off tries again in a while. */
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

  /** They upload a byte now and then; who is given up begins anew. */
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

  /** How many answers had which status; 0 stands for none. */
  Map<Integer, LongAdder> answers() {
    return answers;
  }

  /** How many changes had which status. */
  Map<Integer, LongAdder> changes() {
    return changes;
  }

  /** The share of answers that had this status, 0 to 1. */
  double share(int status) {
    double all = answers.values().stream().mapToLong(LongAdder::sum).sum();
    return answers.getOrDefault(status, new LongAdder()).sum() / all;
  }

  long slowUploadsGivenUp() {
    return givenUp.sum();
  }

  /** Of a list, from asking to its last byte. */
  Duration slowestRead() {
    return Duration.ofNanos(slowestRead.get());
  }

  /** Between two events that one viewer was told. */
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
