package dev.sluice.demo;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.console.WebhookOutConfig;
import dev.sluice.local.FreePort;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.Control;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The console, which people ask for a start, a test and an unblocking, and the provider calls. */
final class ConsoleOnTrial implements RoleOnTrial {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  static final String SECRET = "app-secret";
  private static final String SENDER = "of-the-console";

  private final SecuredKafka kafka;
  private final TestEnvironment database;
  private final TrialRows rows;
  private int port;
  private UUID draft = new UUID(0, 0);

  ConsoleOnTrial(SecuredKafka kafka, TestEnvironment database, TrialRows rows) {
    this.kafka = kafka;
    this.database = database;
    this.rows = rows;
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public AutoCloseable start(Health health, KafkaRight missing) throws Exception {
    rows.sender(SENDER);
    draft = rows.campaign(SENDER, List.of("+5511970000031"), null);
    kafka.write(
        SecuredKafka.TOPICS.controls(), Control.senderKey(SENDER), "{\"state\":\"BLOCKED\"}");
    port = FreePort.next();
    return new Console(
        config(kafka, database, port), health, new SimpleMeterRegistry(), settings -> {});
  }

  /** Returns what a console is started with that uses all of its rights. */
  static ConsoleConfig config(SecuredKafka kafka, TestEnvironment database, int port)
      throws IOException {
    return new ConsoleConfig(
            kafka.as("console"),
            database.as(ServiceRole.CONSOLE),
            port,
            Optional.empty(),
            Optional.empty(),
            new WebhookConfig(Optional.of(SECRET), Optional.empty(), List.of("STOP")))
        .withWebhookOut(
            WebhookOutConfig.of(
                URI.create("http://localhost:" + FreePort.next() + "/"),
                "whsec_" + "A".repeat(44)));
  }

  @Override
  public List<String> answers() throws Exception {
    String message = "wamid." + draft;
    long now = Instant.now().getEpochSecond();
    return List.of(
        post("/api/campaigns/" + draft + "/start?acceptMissing=true", ""),
        post(
            "/api/campaigns/" + draft + "/test",
            "{\"to\":[\"+5511970000032\"],\"variables\":{\"name\":\"Ana\"}}"),
        post("/api/senders/" + SENDER + "/unblock", ""),
        webhook(
            """
            "statuses":[{"id":"%s","status":"sent","timestamp":"%d","recipient_id":"5511970000031",\
            "biz_opaque_callback_data":"%s:%d:1"}]\
            """
                .formatted(message, now, draft, rows.recipients(draft).getFirst())),
        webhook(
            """
            "messages":[{"from":"5511970000031","id":"%s.reply","timestamp":"%d","type":"text",\
            "context":{"id":"%s"},"text":{"body":"Thanks!"}}]\
            """
                .formatted(message, now, message)));
  }

  private String post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private String webhook(String items) throws Exception {
    byte[] body =
        """
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",\
        "value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"%s"},%s}}]}]}\
        """
            .formatted(TrialRows.ADDRESS, items)
            .getBytes(StandardCharsets.UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/webhooks/whatsapp"))
            .header("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body)))
            .POST(BodyPublishers.ofByteArray(body)));
  }

  /** Returns the answer if it is 503. */
  private static String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
    return answer.statusCode() == 503 ? answer.body() : "";
  }
}
