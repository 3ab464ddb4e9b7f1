package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhatsAppSimulatorTest {
  private final WhatsAppSimulator simulator =
      new WhatsAppSimulator(
          SimulatorConfig.friendly(80)
              .withLatency(Duration.ofMillis(1), Duration.ofMillis(2))
              .withTroubles(List.of(Trouble.parse("10.*=bad-gateway"))));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    http.close();
    simulator.close();
  }

  @Test
  void troubleConcernsSomeSendersAloneAndTheirMessagesAreTaken() throws Exception {
    assertThat(send("101").statusCode()).isEqualTo(502);
    assertThat(send("202").statusCode()).isEqualTo(200);

    assertThat(simulator.report().accepted()).isEqualTo(2);
    assertThat(simulator.report().troubled()).isOne();
  }

  @Test
  void troubleChangesWhileItRuns() throws Exception {
    assertThat(put("202=html\n\n303=gateway-timeout\n")).isEqualTo(204);

    assertThat(send("101").statusCode()).isEqualTo(200);
    assertThat(send("202").body()).contains("<html>");
    assertThat(send("303").statusCode()).isEqualTo(504);
    assertThat(put("")).isEqualTo(204);
    assertThat(send("303").statusCode()).isEqualTo(200);
  }

  @Test
  void refusesATroubleThatItDoesNotKnowAndNamesThoseThatItDoes() throws Exception {
    assertThat(put("202=nonsense")).isEqualTo(400);
    assertThatThrownBy(() -> Trouble.parse("202=nonsense")).hasMessageContaining("endless-body");
    assertThatThrownBy(() -> Trouble.parse("silence")).hasMessageContaining("REGEX=MODE");
    assertThatThrownBy(() -> Trouble.parse("(=silence")).hasMessageContaining("regular expression");
  }

  @Test
  void writesItsCertificateForThoseWhoAreToTrustIt(@TempDir Path folder) throws Exception {
    SelfSignedCertificate certificate =
        SelfSignedCertificate.writtenTo(folder.resolve("simulator.pem"));
    try (WhatsAppSimulator secure =
        new WhatsAppSimulator(SimulatorConfig.friendly(80).withTls(certificate))) {
      assertThat(secure.url()).startsWith("https://localhost:");
      assertThat(Files.readString(certificate.file()))
          .startsWith("-----BEGIN CERTIFICATE-----\n")
          .doesNotContain("PRIVATE");
    }
  }

  @Test
  void recordsWhenMessagesWereWrittenOfThoseThatSaySoEvenIfItRefusesThem() throws Exception {
    long before = Moments.now();
    send("101");
    assertThat(send("202", "Sluice-Written", "1700000000000001").statusCode()).isEqualTo(401);
    send("202", "Sluice-Written", "yesterday");

    assertThat(simulator.written().written("101").count()).isZero();
    assertThat(simulator.written().written("202").count()).isOne();
    assertThat(simulator.written().written("202").at(0)).isEqualTo(1_700_000_000_000_001L);
    assertThat(simulator.written().arrived("202").at(0)).isBetween(before, Moments.now());
  }

  private HttpResponse<String> send(String number) throws IOException, InterruptedException {
    return send(number, "Authorization", "Bearer token");
  }

  private HttpResponse<String> send(String number, String header, String value)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(simulator.url() + "/v26.0/" + number + "/messages"))
            .header(header, value)
            .POST(
                BodyPublishers.ofString(
                    "{\"messaging_product\":\"whatsapp\",\"to\":\"+1\",\"type\":\"text\"}"))
            .build(),
        BodyHandlers.ofString());
  }

  private int put(String troubles) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(simulator.url() + "/simulator/troubles"))
                .PUT(BodyPublishers.ofString(troubles))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }
}
