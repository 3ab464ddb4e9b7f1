package dev.sluice.console.webhook;

import dev.sluice.console.http.Bodies;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.ProblemException;
import dev.sluice.providers.whatsapp.WebhookCall;
import dev.sluice.providers.whatsapp.WebhookSignature;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /webhooks/whatsapp}: the handshake, and the provider's calls. The response is 200 only
 * once Kafka and PostgreSQL have the call, because an acknowledged call is never repeated; and for
 * calls that would never succeed, because all others are repeated for a week.
 */
public final class WebhookRoutes {
  private static final Logger log = LoggerFactory.getLogger(WebhookRoutes.class);

  private static final String SIGNATURE = "X-Hub-Signature-256";
  private static final int LONGEST = HeldBodies.Limits.WEBHOOKS.longest();
  private static final int DEEPEST = 100_000;

  /** Reads what Json.MAPPER would refuse as a whole, so that each odd item is judged by itself. */
  private static final JsonMapper LENIENT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNumberLength(LONGEST)
                          .maxStringLength(LONGEST)
                          .maxNameLength(LONGEST)
                          .maxNestingDepth(DEEPEST)
                          .build())
                  .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                  .build())
          .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final HeldBodies bodies;
  private final WebhookIntake intake;
  private final Optional<WebhookSignature> signature;
  private final Optional<String> verifyToken;
  private final Meter.MeterProvider<Counter> refused;

  /**
   * Takes calls that are signed.
   *
   * @param appSecret signs them; without one every call is refused
   * @param verifyToken what the handshake must bring; without one every handshake is refused
   */
  public WebhookRoutes(
      Optional<String> appSecret,
      Optional<String> verifyToken,
      HeldBodies bodies,
      WebhookIntake intake,
      MeterRegistry meters) {
    this.bodies = bodies;
    this.intake = intake;
    refused =
        Counter.builder("sluice.console.webhooks.refused")
            .description("Webhook calls that were refused")
            .withRegistry(meters);
    signature = appSecret.map(WebhookSignature::new);
    this.verifyToken = verifyToken;
  }

  public void add(RoutesConfig routes) {
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

  private void receive(Context context) {
    WebhookSignature ours =
        signature.orElseThrow(() ->
            refused(
                "no_secret",
                ProblemException.forbidden(
                    "Set WHATSAPP_APP_SECRET: unsigned calls are never accepted.")));
    String claimed = context.header(SIGNATURE);
    if (!WebhookSignature.isWellFormed(claimed)) {
      // A body that cannot be the provider's is not waited for.
      context.header("Connection", "close");
      throw refused(
          "signature", ProblemException.forbidden(SIGNATURE + " is missing or malformed."));
    }
    try (HeldBodies.Body body = body(context)) {
      if (!ours.signs(claimed, body.bytes())) {
        throw refused(
            "signature", ProblemException.forbidden(SIGNATURE + " does not sign this body."));
      }
      intake.take(WebhookCall.read(parse(body.bytes()), Instant.now()));
      context.status(200);
    }
  }

  private HeldBodies.Body body(Context context) {
    try {
      return bodies.take(context);
    } catch (ProblemException e) {
      String reason =
          switch (e.status()) {
            case 413 -> "oversized";
            case 503 -> "no_room";
            default -> "incomplete";
          };
      throw refused(reason, e);
    }
  }

  /**
   * A body that is not JSON is counted and taken as empty: it was signed, so it would be repeated.
   */
  private JsonNode parse(byte[] body) {
    try {
      // By way of a string, so that a broken character spoils a word and not the call.
      JsonNode json = LENIENT.readTree(new String(body, StandardCharsets.UTF_8));
      if (json.isObject()) {
        return json;
      }
    } catch (JacksonException e) {
      log.warn("a signed webhook call is not JSON: {}", Bodies.words(e));
    }
    count("malformed");
    return LENIENT.missingNode();
  }

  private ProblemException refused(String reason, ProblemException problem) {
    count(reason);
    return problem;
  }

  private void count(String reason) {
    refused.withTag("kind", reason).increment();
  }
}
