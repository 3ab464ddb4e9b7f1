package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Json;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A console that posts events, or does not. */
@Timeout(120)
class WebhookOutTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final TestEnvironment environment = TestEnvironment.create(1);
  private final ConsoleConfig off =
      ConsoleConfig.of(environment.kafka(), environment.as(ServiceRole.CONSOLE));
  private final Health health = new Health();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void isOffByDefault() throws Exception {
    try (Console console = new Console(off, health, meters, settings -> {});
        Admin admin = Admin.create(environment.kafka().client(Map.of()))) {
      assertThat(status(console, "/api/campaigns")).isEqualTo(200);

      assertThat(meters.getMeters())
          .extracting(Meter::getId)
          .extracting(Meter.Id::getName)
          .noneMatch(name -> name.startsWith("sluice.console.webhook.out"));
      assertThat(admin.listGroups().all().get())
          .noneMatch(
              group -> group.groupId().equals(environment.kafka().topics().webhookOutGroup()));
    }
  }

  /** It takes the connection, and the request, and never answers. */
  @Test
  void aReceiverThatHangsHoldsUpNobodyElseAndNoStop() throws Exception {
    try (ServerSocket hung = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      URI url = URI.create("http://127.0.0.1:" + hung.getLocalPort() + "/");
      Console console =
          new Console(
              off.withWebhookOut(WebhookOutConfig.of(url, SECRET)), health, meters, settings -> {});
      try (console) {
        awaitPlace();
        write(CampaignEvent.Event.COMPLETED);
        try (Socket call = hung.accept()) {
          assertThat(call.getInputStream().readNBytes(4)).asString().isEqualTo("POST");

          for (String path : List.of("/", "/api/campaigns", "/api/senders", "/openapi.json")) {
            assertThat(status(console, path)).as(path).isEqualTo(200);
          }
          await().atMost(PATIENCE).until(() -> health.problems().isEmpty());
        }
      }
    }
  }

  @Test
  void needsASecretAndAnAddressThatCanBeUsed() {
    URI url = URI.create("https://crm.example.org/sluice");

    assertThat(new WebhookOutConfig(url, SECRET, Optional.empty(), false, List.of("completed")))
        .asString()
        .contains("https://crm.example.org")
        .doesNotContain(SECRET);
    assertThatThrownBy(() -> WebhookOutConfig.of(url, "hunter2"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WebhookOutConfig.of(URI.create("http://crm.example.org/"), SECRET))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int status(Console console, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + console.port() + path);
      return http.send(
              HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }

  private void awaitPlace() throws Exception {
    try (Admin admin = Admin.create(environment.kafka().client(Map.of()))) {
      await()
          .atMost(PATIENCE)
          .until(() ->
              !admin
                  .listConsumerGroupOffsets(environment.kafka().topics().webhookOutGroup())
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .isEmpty());
    }
  }

  private void write(CampaignEvent.Event event) throws Exception {
    try (Producer<byte[], byte[]> producer = environment.kafka().producer(Map.of())) {
      producer
          .send(
              new ProducerRecord<>(
                  environment.kafka().topics().campaignEvents(),
                  Json.write(
                      new CampaignEvent(
                          event, UUID.randomUUID(), null, 1, Instant.now(), null, null))))
          .get();
    }
  }
}
