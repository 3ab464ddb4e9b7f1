package dev.sluice.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import dev.sluice.schema.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Live views of campaigns. */
class CampaignEventsTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void aCampaignsEventsBeginWithHowItStands() throws Exception {
    String id = CONSOLE.campaign();
    URI uri = URI.create("http://localhost:" + CONSOLE.port() + "/api/campaigns/" + id + "/events");
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream").build();

    try (var lines = HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      String data = lines.filter(line -> line.startsWith("data:")).findFirst().orElseThrow();
      assertThat(Json.MAPPER.readTree(data.substring(5)).path("id").asString()).isEqualTo(id);
    }
  }

  @Test
  void twoHundredViewersCostNoMoreStatementsThanOne() throws Exception {
    String id = CONSOLE.campaign();
    URI uri = URI.create("http://localhost:" + CONSOLE.port() + "/api/campaigns/" + id + "/events");
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream").build();
    AtomicInteger told = new AtomicInteger();
    List<Future<?>> viewers = new ArrayList<>();
    try (HttpClient many = HttpClient.newHttpClient()) {
      for (int i = 0; i < 200; i++) {
        viewers.add(
            many.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(new Told(told))));
      }
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= 200);
      double before = CONSOLE.statements();
      CONSOLE.send(
          "POST", "/api/campaigns/" + id + "/recipients", "text/csv", "phone\n+5511960000001\n");
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= 400);

      // The import's own, and one a second for all viewers.
      assertThat(CONSOLE.statements() - before).isLessThan(20);
      assertThat(viewers).noneMatch(Future::isDone);
      many.shutdownNow();
    }
  }

  /** Each viewer's page asks every few seconds while more fail. */
  @Test
  void whatFailedIsCountedOnceForAllWhoAskAtAboutTheSameTime() {
    String errors = "/api/campaigns/" + CONSOLE.campaign() + "/errors";

    Awaitility.await()
        .until(() -> {
          CONSOLE.send("GET", errors, "", "");
          double before = CONSOLE.statements();
          assertThat(CONSOLE.send("GET", errors, "", "").statusCode()).isEqualTo(200);
          return CONSOLE.statements() == before;
        });
  }

  /** Counts the events that viewers receive. */
  private record Told(AtomicInteger count) implements Flow.Subscriber<String> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (line.startsWith("data:")) {
        count.incrementAndGet();
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
