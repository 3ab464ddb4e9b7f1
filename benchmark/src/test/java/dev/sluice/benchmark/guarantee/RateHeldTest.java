package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.Moments;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateHeldTest {
  private static final long MS = 1_000;

  private final WhatsAppSimulator simulator =
      new WhatsAppSimulator(
          SimulatorConfig.friendly(1_000).withLatency(Duration.ofMillis(1), Duration.ofMillis(2)));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    http.close();
    simulator.close();
  }

  @ParameterizedTest
  @CsvSource({
    "5, 1, 6",
    "80, 1, 81",
    "99.5, 1, 101",
    "400, 1, 403",
    "1000, 1, 1006",
    "80, 3, 82",
    "120, 3, 123",
    "1000, 3, 1021"
  })
  void aSenderMayWriteItsRateAndWhatItMakesUpFor(double rate, int lanes, int most) {
    assertThat(RateHeld.most(rate, lanes)).isEqualTo(most);
  }

  /** They arrive one right after another. */
  @Test
  void whatArrivesAtOnceButWasWrittenInTimeIsWithinTheRate() throws Exception {
    RateHeld rate = new RateHeld(simulator, "101", 2, 1);
    long start = Moments.now();
    for (int i = 0; i < 10; i++) {
      write("101", start + i * (501L * MS));
    }

    rate.verify();
    assertThat(rate.toString())
        .startsWith("101, of 2/s: at most 2 written and " + rate.arrived() + " arrived");
  }

  @Test
  void whatIsWrittenWithinASecondBeyondTheRateIsFound() throws Exception {
    RateHeld rate = new RateHeld(simulator, "101", 2, 1);
    long start = Moments.now();
    for (int i = 0; i < 5; i++) {
      write("101", start + i * (200L * MS));
    }

    assertThatThrownBy(rate::verify)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("101 wrote within a second, at 2.0/s in 1 lanes");
  }

  /** Or a worker that does not say when it writes would seem to keep every rate. */
  @Test
  void aSenderWithoutWritesKeepsNoRate() throws Exception {
    write("202", Moments.now());

    assertThatThrownBy(() -> new RateHeld(simulator, "101", 2, 1).verify())
        .isInstanceOf(AssertionError.class);
  }

  private void write(String number, long micros) throws IOException, InterruptedException {
    http.send(
        HttpRequest.newBuilder(URI.create(simulator.url() + "/v26.0/" + number + "/messages"))
            .header("Authorization", "Bearer token")
            .header("Sluice-Written", Long.toString(micros))
            .POST(
                BodyPublishers.ofString(
                    "{\"messaging_product\":\"whatsapp\",\"to\":\"+1\",\"type\":\"text\"}"))
            .build(),
        BodyHandlers.discarding());
  }
}
