package dev.sluice.providers.http;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * A provider that takes one message per request as JSON over HTTP, described by an {@link
 * HttpProviderConfig}. The status of the response determines the outcome: 401 and 403 block the
 * sender, other 4xx refuse the message, and 5xx that are not configured for retry leave it in
 * doubt; so does a success without the expected id, because an intermediary may have answered.
 */
public final class HttpProvider implements MessageProvider {
  private static final Logger log = LoggerFactory.getLogger(HttpProvider.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final HttpProviderConfig config;
  private final Map<String, String> headers;
  private final MessageTemplate template;
  private final HttpCalls calls;

  /**
   * Creates a provider that connects when the first message is sent.
   *
   * @param atATime the most messages being sent at a time
   * @throws IllegalArgumentException if the file of headers or of certificates cannot be read
   */
  public HttpProvider(HttpProviderConfig config, int atATime) {
    this(config, atATime, false);
  }

  /**
   * The same.
   *
   * @param writeTimes whether each request says when it was written
   */
  public HttpProvider(HttpProviderConfig config, int atATime, boolean writeTimes) {
    this.config = config;
    headers = config.headers();
    template = config.template();
    calls =
        new HttpCalls(
            new Endpoint(
                config.base(),
                config.caFile(),
                CONNECT_TIMEOUT,
                config.timeout(),
                atATime,
                writeTimes));
  }

  @Override
  public SendOutcome send(OutgoingMessage message, Permit permit) {
    Map<String, String> fields = new HashMap<>();
    collect("message", message.message(), fields);
    fields.put("to", message.to());
    fields.put("address", message.address());
    fields.put("callback_data", message.callbackData());
    return switch (template.render(fields)) {
      case MessageTemplate.MissingVariable(String name) ->
          new SendOutcome.BadRequest("missing_field", "the message has no \"" + name + "\"");
      case MessageTemplate.TooLong(int longest) ->
          new SendOutcome.BadRequest(
              "message_too_long", "the request is longer than " + longest + " characters");
      case MessageTemplate.Complete(JsonNode body, _) -> {
        URI uri;
        try {
          uri = uri(message.address());
        } catch (IllegalArgumentException e) {
          yield new SendOutcome.SenderBlocked("invalid_address", String.valueOf(e.getMessage()));
        }
        yield calls.post(uri, headers, Json.write(body), permit, this::outcome);
      }
    };
  }

  /** Collects every value of the message by its path. */
  private static void collect(String path, JsonNode node, Map<String, String> fields) {
    if (node.isObject()) {
      node.properties().forEach(f -> collect(path + "." + f.getKey(), f.getValue(), fields));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(path + "." + i, node.get(i), fields);
      }
    } else if (!node.isNull()) {
      fields.put(path, node.asString());
    }
  }

  private URI uri(String address) {
    return URI.create(
        config.url().replace("{{address}}", URLEncoder.encode(address, StandardCharsets.UTF_8)));
  }

  private SendOutcome outcome(HttpCalls.Answer answer) {
    int status = answer.status();
    String code = "http_" + status;
    String detail = "HTTP " + status + " from " + config.name();
    if (config.success().contains(status)) {
      String pointer = config.messageId();
      String id = pointer == null ? "" : answer.body().at(pointer).asString("");
      return pointer != null && id.isEmpty()
          ? new SendOutcome.InDoubt(detail + " without an id at " + pointer)
          : new SendOutcome.Accepted(id);
    }
    if (config.retry().contains(status)) {
      return status == 429
          ? new SendOutcome.Throttled(code, detail, answer.retryAfter())
          : new SendOutcome.Unavailable(code, detail, answer.retryAfter());
    }
    if (status == 401 || status == 403) {
      return new SendOutcome.SenderBlocked(code, detail);
    }
    return status >= 400 && status < 500
        ? new SendOutcome.BadRequest(code, detail)
        : new SendOutcome.InDoubt(detail);
  }

  @Override
  public boolean available() {
    return calls.available();
  }

  @Override
  public void warmUp() {
    log.debug("warmed up: {}", available());
  }

  @Override
  public void close() {
    calls.close();
  }
}
