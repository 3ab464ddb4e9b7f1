package dev.sluice.worker.provider;

import dev.sluice.schema.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The WhatsApp Business Cloud API: {@code POST /{version}/{phone-number-id}/messages}. The API
 * knows no idempotency key: two requests are two messages, so nothing here repeats one.
 */
public final class WhatsAppProvider implements MessageProvider {
  /** An answer is about 300 bytes; a page of HTML from a proxy in between may be larger. */
  private static final int LONGEST_ANSWER = 65_536;

  private static final Logger log = LoggerFactory.getLogger(WhatsAppProvider.class);

  private final WhatsAppConfig config;
  private final HttpClient http;

  /** Connects when the first message is sent. */
  public WhatsAppProvider(WhatsAppConfig config) {
    this.config = config;
    boolean secure = "https".equals(config.baseUrl().getScheme());
    http =
        HttpClient.newBuilder()
            .connectTimeout(config.connectTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            // Without TLS, HTTP/2 would begin each connection with an upgrade.
            .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .build();
  }

  @Override
  public Outcome send(OutgoingMessage message) {
    HttpRequest request;
    try {
      request = request(message);
    } catch (IllegalArgumentException e) {
      return new Outcome.Refused("invalid_address", "not a phone number id: " + message.address());
    }
    try {
      HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
      return outcome(answer);
    } catch (HttpConnectTimeoutException e) {
      return notSent("the provider did not accept a connection in time");
    } catch (HttpTimeoutException e) {
      return new Outcome.InDoubt("no answer within " + config.answerTimeout().toSeconds() + " s");
    } catch (ConnectException | SSLHandshakeException | UnresolvedAddressException e) {
      return notSent("no connection to " + config.baseUrl() + ": " + e.getMessage());
    } catch (IOException e) {
      return new Outcome.InDoubt("the connection broke: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.InDoubt("interrupted while waiting for the answer");
    }
  }

  /** Asks for the API's root, which sends nothing and needs no token. */
  @Override
  public boolean available() {
    HttpRequest root =
        HttpRequest.newBuilder(config.baseUrl().resolve("/"))
            .timeout(config.connectTimeout())
            .GET()
            .build();
    try {
      return http.send(root, BodyHandlers.discarding()).statusCode() < 500;
    } catch (IOException e) {
      log.debug("no answer from {}", config.baseUrl(), e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void warmUp() {
    log.debug("warmed up: {}", available());
  }

  private static Outcome notSent(String detail) {
    return new Outcome.Unavailable("not_connected", detail, null);
  }

  private HttpRequest request(OutgoingMessage message) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("messaging_product", "whatsapp");
    body.put("recipient_type", "individual");
    body.put("to", message.to());
    message.message().properties().forEach(field -> body.set(field.getKey(), field.getValue()));
    body.put("biz_opaque_callback_data", message.callbackData());
    URI uri =
        config.baseUrl().resolve("/" + config.apiVersion() + "/" + message.address() + "/messages");
    return HttpRequest.newBuilder(uri)
        .timeout(config.answerTimeout())
        .header("Authorization", "Bearer " + config.accessToken())
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(Json.write(body)))
        .build();
  }

  private static Outcome outcome(HttpResponse<InputStream> answer) throws IOException {
    JsonNode body = parse(answer.body());
    int status = answer.statusCode();
    if (status >= 200 && status < 300) {
      String id = body.path("messages").path(0).path("id").asString("");
      return id.isEmpty()
          ? new Outcome.InDoubt("HTTP " + status + " without a message id")
          : new Outcome.Accepted(id, note(body));
    }
    return WhatsAppErrors.outcome(status, body.path("error"), retryAfter(answer));
  }

  /** Pacing: taken, and decided upon within an hour. */
  private static @Nullable String note(JsonNode body) {
    String status = body.path("messages").path(0).path("message_status").asString("accepted");
    return status.equals("accepted") ? null : status;
  }

  private static JsonNode parse(InputStream stream) throws IOException {
    try (stream) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(stream.readNBytes(LONGEST_ANSWER));
      return Json.MAPPER.readTree(bytes.toByteArray());
    } catch (JacksonException e) {
      return JsonNodeFactory.instance.missingNode();
    }
  }

  private static @Nullable Duration retryAfter(HttpResponse<?> answer) {
    Optional<String> header = answer.headers().firstValue("Retry-After");
    return header
        .filter(value -> value.matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(null);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
