package dev.sluice.console.live;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.Api;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Problems;
import io.javalin.Javalin;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamsTest {
  /** More than all buffers of a connection hold. */
  private static final String LARGE = "x".repeat(12_000_000);

  private static final int MOST_VIEWERS = 2;

  private final EventStreams live =
      new EventStreams(new Bulkhead(2, Duration.ofSeconds(10), "full"), MOST_VIEWERS);
  private final AtomicInteger reads = new AtomicInteger();
  private final CountDownLatch gone = new CountDownLatch(1);
  private final Javalin server =
      Javalin.create(
              settings -> {
                settings.concurrency.useVirtualThreads = true;
                settings.jetty.port = 0;
                new Problems().add(settings);
                settings.routes.get(
                    "/large",
                    context -> {
                      live.follow(
                          context,
                          "large",
                          () -> true,
                          () -> LiveState.one("large", reads.incrementAndGet() + LARGE));
                      gone.countDown();
                    });
                settings.routes.get(
                    "/small",
                    context ->
                        live.follow(
                            context,
                            "small",
                            () -> true,
                            () -> LiveState.one("small", reads.incrementAndGet())));
              })
          .start();

  @AfterEach
  void stop() {
    live.close();
    server.stop();
  }

  @Test
  void whoDoesNotReadIsDroppedAndTheOthersAreToldAllTheTime() throws Exception {
    try (Socket deaf = follow("/large");
        Socket reading = follow("/small")) {
      assertThat(deaf.getInputStream().read()).isEqualTo('H');
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(reading.getInputStream(), StandardCharsets.UTF_8));
      reading.setSoTimeout(10_000);
      long told = 0;
      while (told < 4) {
        told += lines.readLine().startsWith("data:") ? 1 : 0;
      }

      assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whoReadsSlowlyMissesWhatWasInBetween() throws Exception {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Viewer viewer = new Viewer(told, () -> {}, () -> true);
    for (int i = 0; i < 10; i++) {
      viewer.show(Feed.Moment.first(LiveState.one("n", i)));
    }
    Thread watching = Thread.ofVirtual().start(() -> watch(viewer));

    await().until(() -> told.size() > 0);
    viewer.dismiss();
    assertThat(watching.join(Duration.ofSeconds(10))).isTrue();
    assertThat(told.toString(StandardCharsets.UTF_8)).isEqualTo("event: n\ndata: 9\n\n");
  }

  @Test
  void moreViewersThanThereArePlacesForAreToComeAgain() throws Exception {
    Api api = new Api(server.port());
    try (Socket first = follow("/small");
        Socket second = follow("/small")) {
      for (Socket viewer : List.of(first, second)) {
        assertThat(viewer.getInputStream().read()).isEqualTo('H');
      }
      for (int i = 0; i < 2; i++) {
        assertProblem(api.get("/small"), 429, "2 viewers already");
      }
    }
    // A viewer that has left is noticed when something is next sent to it.
    await()
        .until(() -> {
          try (Socket next = follow("/small")) {
            next.setSoTimeout(10_000);
            return new String(next.getInputStream().readNBytes(12), StandardCharsets.UTF_8)
                .equals("HTTP/1.1 200");
          }
        });
  }

  private static void watch(Viewer viewer) {
    try {
      viewer.watch();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Socket follow(String path) throws IOException {
    return new Api(server.port()).begin("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
}
