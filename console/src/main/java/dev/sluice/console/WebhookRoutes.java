package dev.sluice.console;

import dev.sluice.schema.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * {@code /webhooks/whatsapp}: the handshake, and receipts, which become results. 200 is answered
 * only when Kafka has them: what is acknowledged never comes again.
 */
final class WebhookRoutes {
  private static final Logger log = LoggerFactory.getLogger(WebhookRoutes.class);

  /** Meta's calls have at most 3 MB. */
  private static final int LONGEST_BODY = 3 * 1024 * 1024;

  private final WebhookIntake intake;
  private final Optional<Signature> signature;
  private final Optional<String> verifyToken;
  private final MeterRegistry meters;

  WebhookRoutes(WebhookConfig config, WebhookIntake intake, MeterRegistry meters) {
    this.intake = intake;
    this.meters = meters;
    signature = config.appSecret().map(Signature::new);
    verifyToken = config.verifyToken();
  }

  void add(RoutesConfig routes) {
    routes.get("/webhooks/whatsapp", this::handshake);
    routes.post("/webhooks/whatsapp", this::receive);
  }

  private void handshake(Context context) {
    String claimed = context.queryParam("hub.verify_token");
    String challenge = context.queryParam("hub.challenge");
    boolean good =
        verifyToken.isPresent()
            && claimed != null
            && challenge != null
            && "subscribe".equals(context.queryParam("hub.mode"))
            && MessageDigest.isEqual(
                verifyToken.get().getBytes(StandardCharsets.UTF_8),
                claimed.getBytes(StandardCharsets.UTF_8));
    if (!good) {
      throw refused("handshake", ProblemException.forbidden("The verify token is not ours."));
    }
    context.contentType("text/plain").result(challenge);
  }

  private void receive(Context context) throws IOException {
    byte[] body = body(context);
    Signature ours =
        signature.orElseThrow(() ->
            refused(
                "no_secret",
                ProblemException.forbidden(
                    "Set WHATSAPP_APP_SECRET: unsigned calls are never taken.")));
    if (!ours.signs(context.header("X-Hub-Signature-256"), body)) {
      throw refused(
          "signature", ProblemException.forbidden("X-Hub-Signature-256 does not sign this body."));
    }
    intake.take(WhatsAppUpdate.read(parse(body)));
    context.status(200);
  }

  private byte[] body(Context context) throws IOException {
    try (InputStream stream = context.bodyInputStream()) {
      byte[] body = stream.readNBytes(LONGEST_BODY + 1);
      if (body.length > LONGEST_BODY) {
        throw refused("oversized", ProblemException.tooLarge("A call has at most 3 MB."));
      }
      return body;
    }
  }

  private JsonNode parse(byte[] body) {
    try {
      JsonNode json = Json.MAPPER.readTree(body);
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (JacksonException e) {
      log.debug("malformed webhook call", e);
    }
    throw refused("malformed", ProblemException.badRequest("The body is not a JSON object."));
  }

  private ProblemException refused(String reason, ProblemException problem) {
    Counter.builder("sluice.console.webhooks.refused")
        .description("Webhook calls that were refused")
        .tag("kind", reason)
        .register(meters)
        .increment();
    return problem;
  }
}
