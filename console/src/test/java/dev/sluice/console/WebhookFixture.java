package dev.sluice.console;

import dev.sluice.console.output.CommandPublisher;
import dev.sluice.console.output.KafkaOutput;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.Reply;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A console that is called as the provider calls it, and what it has written. */
public final class WebhookFixture implements AutoCloseable {
  public static final String SECRET = "app-secret";

  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final TestEnvironment environment = TestEnvironment.create(1);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Health health = new Health();
  private final Database database = new Database(environment.database(), 1, "test", meters);
  private final Console console;
  private final TopicReader<SendResult> results =
      new TopicReader<>(
          environment.kafka(), environment.kafka().topics().sendResults(), SendResult.class);
  private final TopicReader<CampaignCommand> commands =
      new TopicReader<>(
          environment.kafka(),
          environment.kafka().topics().campaignCommands(),
          CampaignCommand.class);

  private final TopicReader<Reply> replies =
      new TopicReader<>(environment.kafka(), environment.kafka().topics().replies(), Reply.class);

  public WebhookFixture(WebhookConfig webhooks) {
    console =
        new Console(
            ConsoleConfig.of(environment.kafka(), environment.database())
                .withAccess(Optional.empty(), Optional.empty(), webhooks),
            health,
            meters,
            settings -> {});
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> health.problems().isEmpty());
  }

  /** Returns what a console that knows the secret is started with. */
  static ConsoleConfig config(TestEnvironment environment) {
    return ConsoleConfig.of(environment.kafka(), environment.database())
        .withAccess(
            Optional.empty(),
            Optional.empty(),
            new WebhookConfig(Optional.of(SECRET), Optional.empty(), List.of()));
  }

  public static WebhookFixture create() {
    return new WebhookFixture(
        new WebhookConfig(Optional.of(SECRET), Optional.of("verify-me"), List.of("STOP")));
  }

  public DSLContext sql() {
    return database.sql();
  }

  /** Opens further connections, whose statements wait longer for a lock than any real ones do. */
  public Database patient() {
    return new Database(
        environment.database(),
        2,
        "patient",
        new SimpleMeterRegistry(),
        new Database.Timeouts(Duration.ofMinutes(1), Duration.ofMinutes(1)));
  }

  /** Inserts a sender whose address is its id. */
  public void sender(String id) {
    sql().execute("INSERT INTO sluice.sender (id, address) VALUES (?, ?)", id, id);
  }

  public UUID campaign(String sender, String status, String message) {
    UUID id = UUID.randomUUID();
    sql()
        .execute(
            "INSERT INTO sluice.campaign (id, name, sender_id, status, message)"
                + " VALUES (?, 'x', ?, ?, ?::jsonb)",
            id,
            sender,
            status,
            message);
    return id;
  }

  public boolean suppressed(String phone) {
    return !sql().fetch("SELECT 1 FROM sluice.suppressed_phone WHERE phone = ?", phone).isEmpty();
  }

  /** Suppresses a number as a user does. */
  public void suppress(String phone) throws Exception {
    URI uri = URI.create("http://localhost:" + console.port() + "/api/suppressions");
    http.send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "text/csv")
            .POST(BodyPublishers.ofString("phone\n" + phone + "\n"))
            .build(),
        BodyHandlers.discarding());
  }

  /** Writes a sender's control as a worker does. */
  public void control(String senderId, Control control) {
    try (KafkaOutput output =
        new KafkaOutput(environment.kafka(), new Health(), new SimpleMeterRegistry())) {
      new CommandPublisher(output, environment.kafka().topics()).control(senderId, control);
    }
  }

  /** Writes a campaign's control as the producer does. */
  public void control(UUID campaignId, Control control) {
    try (KafkaOutput output =
        new KafkaOutput(environment.kafka(), new Health(), new SimpleMeterRegistry())) {
      output.write(
          List.of(
              KafkaOutput.record(
                  environment.kafka().topics().controls(),
                  Control.campaignKey(campaignId),
                  EventType.CONTROL.headers(),
                  control)));
    }
  }

  String url() {
    return "http://localhost:" + console.port() + "/webhooks/whatsapp";
  }

  public JsonNode api(String path) throws Exception {
    URI uri = URI.create("http://localhost:" + console.port() + path);
    return Json.MAPPER.readTree(
        http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()).body());
  }

  public String csv(String path) throws Exception {
    URI uri = URI.create("http://localhost:" + console.port() + path);
    return http.send(
            HttpRequest.newBuilder(uri).header("Accept", "text/csv").build(),
            BodyHandlers.ofString())
        .body();
  }

  public HttpResponse<String> command(String path) throws Exception {
    URI uri = URI.create("http://localhost:" + console.port() + path);
    return http.send(
        HttpRequest.newBuilder(uri).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
  }

  public HttpResponse<String> handshake(String token) throws Exception {
    String query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + token;
    return http.send(
        HttpRequest.newBuilder(URI.create(url() + query)).build(), BodyHandlers.ofString());
  }

  /** Posts a call with the provider's signature. */
  public int post(String body) throws Exception {
    return post(body.getBytes(StandardCharsets.UTF_8));
  }

  public int post(byte[] body) throws Exception {
    return post(body, signature(SECRET, body));
  }

  public int post(byte[] body, @Nullable String signature) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url())).POST(BodyPublishers.ofByteArray(body));
    if (signature != null) {
      request.header("X-Hub-Signature-256", signature);
    }
    return http.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  /**
   * Posts a signed call whose body is sent only when the console asks for it, as it closes the
   * connection of a call that it refuses by its length.
   */
  public int announce(byte[] body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url()))
            .expectContinue(true)
            .header("X-Hub-Signature-256", signature(SECRET, body))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  public static String signature(String secret, byte[] body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
  }

  /** Returns how many items of a kind have had this fate. */
  public double counted(String kind, String fate) {
    var counter = meters.find("sluice.console.receipts").tags("kind", kind, "fate", fate).counter();
    return counter == null ? 0 : counter.count();
  }

  /** Returns how many items were counted in all. */
  public double counted() {
    return meters.find("sluice.console.receipts").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  /** Returns a campaign's results that are on the topic now. */
  public List<SendResult> results(UUID campaign) {
    return results().stream().filter(result -> result.campaignId().equals(campaign)).toList();
  }

  /** Returns all results; a call is acknowledged after Kafka has its results. */
  public List<SendResult> results() {
    return results.all();
  }

  public List<CampaignCommand> commands() {
    return commands.all();
  }

  /** Returns all replies, published again or not. */
  public List<Reply> replies() {
    return replies.all();
  }

  /** Writes a result as a worker does. */
  public void result(SendResult result) {
    try (KafkaOutput output =
        new KafkaOutput(environment.kafka(), new Health(), new SimpleMeterRegistry())) {
      output.write(
          List.of(
              KafkaOutput.record(
                  environment.kafka().topics().sendResults(),
                  result.campaignId(),
                  EventType.SEND_RESULT,
                  result)));
    }
  }

  public static String receipt(String callbackData, String status, String messageId) {
    return receipt(callbackData, status, messageId, "\"timestamp\":\"1750030073\"");
  }

  /** Returns a call with a receipt that has further fields. */
  public static String receipt(String callbackData, String status, String messageId, String more) {
    return value(
        "\"statuses\":[{\"id\":\"%s\",\"status\":\"%s\",\"biz_opaque_callback_data\":\"%s\",%s}]"
            .formatted(messageId, status, callbackData, more));
  }

  public static String incoming(String from, String text) {
    return value(
        "\"messages\":[{\"from\":\"%s\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]"
            .formatted(from, text));
  }

  /** Returns a call for a field about accounts or templates. */
  public static String event(String account, long time, String field, String value) {
    return "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"%s\",\"time\":%d,\"changes\":[{\"field\":\"%s\",\"value\":%s}]}]}"
        .formatted(account, time, field, value);
  }

  public static String value(String content) {
    return "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":{"
        + content
        + "}}]}]}";
  }

  @Override
  public void close() {
    console.close();
    results.close();
    commands.close();
    replies.close();
    database.close();
  }
}
