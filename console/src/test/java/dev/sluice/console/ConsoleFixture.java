package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import tools.jackson.databind.JsonNode;

/** A running console, and a client of its API. */
public final class ConsoleFixture implements AutoCloseable {
  private static final WebhookConfig WEBHOOKS =
      new WebhookConfig(
          Optional.of("app-secret"), Optional.of("verify-token"), List.of("STOP", "Sair"));

  private final TestEnvironment environment = TestEnvironment.create(1);
  private final HttpClient http = HttpClient.newHttpClient();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Console console = another(Optional.empty());

  private ConsoleFixture() {}

  /** Starts a console with a sender. */
  public static ConsoleFixture create() {
    ConsoleFixture fixture = new ConsoleFixture();
    fixture.send(
        "PUT", "/api/senders/brazil", "application/json", "{\"address\":\"106540352242922\"}");
    return fixture;
  }

  public int port() {
    return console.port();
  }

  public double statements() {
    return meters.get("sluice.sql.statements").tag("service", "console").counter().count();
  }

  /** Runs work on the database as its owner. */
  public <T> T sql(Function<DSLContext, T> work) {
    try (Database database = new Database(environment.owner(), 1, "test", meters)) {
      return work.apply(database.sql());
    }
  }

  /** Starts a further console on the same servers. */
  public Console another(Optional<String> token) {
    return another(config(token));
  }

  /** Starts a further console that reads templates there. */
  public Console another(WhatsAppConfig whatsApp) {
    return another(config(Optional.empty()).withWhatsApp(whatsApp));
  }

  /** Starts a further console that knows these prices. */
  public Console another(Path prices) {
    return another(config(Optional.empty()).withPrices(prices));
  }

  private ConsoleConfig config(Optional<String> token) {
    return ConsoleConfig.of(environment.kafka(), environment.as(ServiceRole.CONSOLE))
        .withAccess(token, Optional.empty(), WEBHOOKS);
  }

  private Console another(ConsoleConfig config) {
    return new Console(config, new Health(), meters, settings -> {});
  }

  /** Creates a campaign and returns its id. */
  public String campaign() {
    HttpResponse<byte[]> answer =
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"Spring\",\"sender\":\"brazil\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}");
    assertThat(answer.statusCode()).isEqualTo(201);
    return body(answer).path("id").asString();
  }

  /** Returns the command that was written for a campaign. */
  public CampaignCommand commandOf(String campaign) {
    return commandOf(environment, campaign);
  }

  /** Returns the command that a console on these servers has written for a campaign. */
  public static CampaignCommand commandOf(TestEnvironment environment, String campaign) {
    return written(
        environment,
        environment.kafka().topics().campaignCommands(),
        campaign,
        CampaignCommand.class);
  }

  /** Returns the request that was written for a sender's first lane. */
  public SendRequest requestTo(String sender) {
    return written(
        environment, environment.kafka().topics().sendRequests(), sender + "/0", SendRequest.class);
  }

  private static <T> T written(
      TestEnvironment environment, String topic, String key, Class<T> type) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            environment.kafka().client(Map.of()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.seekToBeginning(consumer.assignment());
      return Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                  if (record.key().equals(key)) {
                    return Optional.of(Json.read(record.value(), type));
                  }
                }
                return Optional.<T>empty();
              },
              Optional::isPresent)
          .orElseThrow();
    }
  }

  public static void assertProblem(HttpResponse<byte[]> answer, int status, String words) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(body(answer).path("status").asInt()).isEqualTo(status);
    assertThat(body(answer).path("detail").asString()).contains(words);
  }

  public HttpResponse<byte[]> send(String method, String path, String type, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + console.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    return send(request);
  }

  public HttpResponse<byte[]> get(String url, String authorization) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return send(request);
  }

  public HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public static JsonNode body(HttpResponse<byte[]> answer) {
    return Json.MAPPER.readTree(answer.body());
  }

  @Override
  public void close() {
    console.close();
  }
}
