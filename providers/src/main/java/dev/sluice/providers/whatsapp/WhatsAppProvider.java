package dev.sluice.providers.whatsapp;

import dev.sluice.providers.http.Endpoint;
import dev.sluice.providers.http.HttpCalls;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The WhatsApp Business Cloud API: {@code POST /{version}/{phone-number-id}/messages}. The API has
 * no idempotency keys: two requests are two messages, so this class never repeats one.
 */
public final class WhatsAppProvider implements MessageProvider {
  /** Its name in the senders' {@code provider}. */
  public static final String NAME = "whatsapp";

  private static final Logger log = LoggerFactory.getLogger(WhatsAppProvider.class);

  private final WhatsAppConfig config;
  private final Map<String, String> headers;
  private final HttpCalls calls;

  /**
   * Creates a provider that connects when the first message is sent.
   *
   * @param atATime the most messages being sent at a time
   * @throws IllegalArgumentException if the certificates cannot be read
   */
  public WhatsAppProvider(WhatsAppConfig config, int atATime) {
    this(config, atATime, false);
  }

  /**
   * The same.
   *
   * @param writeTimes whether each request says when it was written
   */
  public WhatsAppProvider(WhatsAppConfig config, int atATime, boolean writeTimes) {
    this.config = config;
    headers = Map.of("Authorization", "Bearer " + config.accessToken());
    calls =
        new HttpCalls(
            new Endpoint(
                config.baseUrl(),
                config.caFile(),
                config.connectTimeout(),
                config.answerTimeout(),
                atATime,
                writeTimes));
  }

  @Override
  public SendOutcome send(OutgoingMessage message, Permit permit) {
    URI uri;
    try {
      uri =
          config
              .baseUrl()
              .resolve("/" + config.apiVersion() + "/" + message.address() + "/messages");
    } catch (IllegalArgumentException e) {
      return new SendOutcome.SenderBlocked(
          "invalid_address", "not a phone number id: " + message.address());
    }
    return calls.post(uri, headers, body(message), permit, this::outcome);
  }

  /** Requests the API's root, which sends no message and needs no token. */
  @Override
  public boolean available() {
    return calls.available();
  }

  @Override
  public void warmUp() {
    log.debug("warmed up: {}", available());
  }

  private static byte[] body(OutgoingMessage message) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    message.message().properties().forEach(field -> body.set(field.getKey(), field.getValue()));
    // Set after the campaign's own fields, so that none of them can name another recipient.
    body.put("messaging_product", "whatsapp");
    body.put("recipient_type", "individual");
    body.put("to", message.to());
    body.put("biz_opaque_callback_data", message.callbackData());
    return Json.write(body);
  }

  private SendOutcome outcome(HttpCalls.Answer answer) {
    if (answer.success()) {
      String id = answer.body().path("messages").path(0).path("id").asString("");
      return id.isEmpty()
          ? new SendOutcome.InDoubt("HTTP " + answer.status() + " without a message id")
          : new SendOutcome.Accepted(id, note(answer.body()));
    }
    return ErrorAnswers.outcome(
        answer.status(),
        answer.body().path("error"),
        answer.retryAfter(),
        config.serverErrorsInDoubt());
  }

  /** Returns a note on a message held by pacing: accepted, but decided upon within an hour. */
  private static @Nullable String note(JsonNode body) {
    String status = body.path("messages").path(0).path("message_status").asString("accepted");
    return status.equals("accepted") ? null : status;
  }

  @Override
  public void close() {
    calls.close();
  }
}
