package dev.sluice.providers.http;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.schema.Json;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A WhatsApp provider and its messages for tests. */
public final class ProviderFixture {
  public static final Duration ANSWER_TIMEOUT = Duration.ofMillis(1_500);

  private ProviderFixture() {}

  public static WhatsAppProvider whatsApp(String url) {
    return new WhatsAppProvider(config(url, null, true), 100);
  }

  /** One that trusts the certificate which all tests share. */
  static WhatsAppProvider trusting(String url) {
    return new WhatsAppProvider(config(url, TestCertificate.SHARED.file(), true), 100);
  }

  /** One call at a time, to whoever accepts a connection soon. */
  static HttpCalls calls(String url) {
    return calls(url, Duration.ofMinutes(5));
  }

  /** The same, with this deadline. */
  static HttpCalls calls(String url, Duration answerTimeout) {
    return calls(url, answerTimeout, 1, false);
  }

  /** So many calls at a time. */
  static HttpCalls calls(String url, int connections) {
    return calls(url, Duration.ofMinutes(5), connections, false);
  }

  /** One whose requests say when they were written. */
  static HttpCalls sayingWhen(String url) {
    return calls(url, Duration.ofMinutes(5), 1, true);
  }

  private static HttpCalls calls(
      String url, Duration answerTimeout, int connections, boolean writeTimes) {
    return new HttpCalls(
        new Endpoint(
            URI.create(url),
            TestCertificate.SHARED.file(),
            Duration.ofSeconds(2),
            answerTimeout,
            connections,
            writeTimes));
  }

  /** Posts something; what is answered does not matter. */
  static SendOutcome post(HttpCalls calls, String url, Permit permit) {
    return post(calls, url, new byte[] {'{', '}'}, permit);
  }

  /** Posts this; what is answered does not matter. */
  static SendOutcome post(HttpCalls calls, String url, byte[] body, Permit permit) {
    return calls.post(
        URI.create(url + "/"), Map.of(), body, permit, _ -> new SendOutcome.Accepted("m"));
  }

  public static WhatsAppConfig config(
      String url, @Nullable Path caFile, boolean serverErrorsInDoubt) {
    return config(url, caFile, ANSWER_TIMEOUT, serverErrorsInDoubt);
  }

  public static WhatsAppConfig config(
      String url, @Nullable Path caFile, Duration answerTimeout, boolean serverErrorsInDoubt) {
    return new WhatsAppConfig(
        URI.create(url),
        "v26.0",
        "secret-token",
        caFile,
        Duration.ofSeconds(5),
        answerTimeout,
        serverErrorsInDoubt);
  }

  public static OutgoingMessage message(String callbackData) {
    JsonNode body = Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Olá\"}}");
    return new OutgoingMessage("106540352242922", "+5511960000000", body, callbackData);
  }
}
