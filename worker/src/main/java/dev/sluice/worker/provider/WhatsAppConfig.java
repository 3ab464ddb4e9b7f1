package dev.sluice.worker.provider;

import java.net.URI;
import java.time.Duration;

/**
 * How to reach the WhatsApp Cloud API.
 *
 * @param baseUrl for example {@code https://graph.facebook.com}
 * @param apiVersion for example {@code v26.0}
 * @param accessToken the bearer token
 * @param connectTimeout how long a connection may take to open
 * @param answerTimeout how long an answer may take; beyond it the message is in doubt
 * @param serverErrorsInDoubt whether a message that was answered HTTP 500 is in doubt; else it is
 *     tried again. Meta does not say that such a message was not taken, though it commonly was not
 */
public record WhatsAppConfig(
    URI baseUrl,
    String apiVersion,
    String accessToken,
    Duration connectTimeout,
    Duration answerTimeout,
    boolean serverErrorsInDoubt) {

  /** The API's public address. */
  public static final String DEFAULT_BASE_URL = "https://graph.facebook.com";

  /** The newest version known, of 2026-07-29; each lives about two years. */
  public static final String DEFAULT_API_VERSION = "v26.0";

  public WhatsAppConfig {
    if (!"http".equals(baseUrl.getScheme()) && !"https".equals(baseUrl.getScheme())) {
      throw new IllegalArgumentException("the provider's URL must be http or https: " + baseUrl);
    }
    if (!apiVersion.matches("v\\d+\\.\\d+")) {
      throw new IllegalArgumentException("not a version of the API, like v26.0: " + apiVersion);
    }
    if (accessToken.isBlank()) {
      throw new IllegalArgumentException("the access token is empty");
    }
  }

  /** With timeouts of 5 s to connect and 30 s to answer. */
  public static WhatsAppConfig of(String baseUrl, String apiVersion, String accessToken) {
    return new WhatsAppConfig(
        URI.create(baseUrl),
        apiVersion,
        accessToken,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        false);
  }

  @Override
  public String toString() {
    return "WhatsAppConfig[" + baseUrl + ", " + apiVersion + "]";
  }
}
