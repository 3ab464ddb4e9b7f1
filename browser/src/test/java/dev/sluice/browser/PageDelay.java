package dev.sluice.browser;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.local.SimulatorConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how long after the provider's answer an outcome is on the page, at 80 messages/s with
 * rows written every ten seconds. No test, as it depends on the machine: {@code mvn verify -pl
 * browser -am -Dit.test=PageDelay}.
 */
class PageDelay {
  private static final int PEOPLE = 2_400;

  @TempDir private Path folder;

  @Test
  void fromTheAnswerToThePage() throws IOException {
    try (ServedPage page =
            new ServedPage(
                ServedPage.newTestEnvironment(),
                url ->
                    SimulatorConfig.friendly(1_000)
                        .withLatency(Duration.ofMillis(60), Duration.ofMillis(200)),
                config -> config);
        ConsoleClient client = new ConsoleClient(page.url())) {
      client.put("/api/senders/brazil", Map.of("address", "1", "ratePerSecond", 80));
      Map<String, Object> wish =
          Map.of(
              "name",
              "Measured",
              "sender",
              "brazil",
              "message",
              Map.of("type", "text", "text", Map.of("body", "Hi")));
      String id = client.post("/api/campaigns", wish).path("id").asString();
      client.importCsv(UUID.fromString(id), WholePage.csv(folder, PEOPLE, "Ana"));
      Browser browser = page.browser();
      browser.open("#/campaigns/" + id);
      browser.awaitText(".figure.pending dd", "2,400");
      browser.script(
          """
          window.seen = [];
          new MutationObserver(() => {
            const sent = Number(document.querySelector('.figure.sent dd').innerText.split(/\\s/)[0].replace(',', ''));
            if (sent !== window.seen.at(-1)?.[1]) {
              window.seen.push([Date.now(), sent]);
            }
          }).observe(document.querySelector('main'), { childList: true, characterData: true, subtree: true });
          """);
      client.post("/api/campaigns/" + id + "/start", Map.of());
      List<Long> answered = new ArrayList<>();
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> {
            long now = System.currentTimeMillis();
            for (long count = page.simulator().accepted().count(); answered.size() < count; ) {
              answered.add(now);
            }
            return answered.size() == PEOPLE;
          });
      browser.until().until(driver -> browser.count("sent") == PEOPLE);
      print(answered, (List<?>) browser.script("return window.seen"));
    }
  }

  private static void print(List<Long> answered, List<?> seen) {
    List<Long> delays = new ArrayList<>();
    for (Object one : seen) {
      List<?> moment = (List<?>) one;
      long at = ((Number) moment.get(0)).longValue();
      int count = ((Number) moment.get(1)).intValue();
      while (delays.size() < count) {
        delays.add(at - answered.get(delays.size()));
      }
    }
    delays.sort(null);
    System.out.printf(
        "outcomes on the page after: median %d ms, 99 %% within %d ms, all within %d ms%n",
        delays.get(delays.size() / 2), delays.get(delays.size() * 99 / 100), delays.getLast());
  }
}
