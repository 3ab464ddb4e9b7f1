package dev.sluice.providers.whatsapp;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the WhatsApp Cloud API.
 *
 * @param baseUrl for example {@code https://graph.facebook.com}
 * @param apiVersion for example {@code v26.0}
 * @param accessToken the bearer token
 * @param caFile a PEM file of the trusted certificates, or null for those that the Java runtime
 *     trusts
 * @param connectTimeout how long a connection may take to open
 * @param answerTimeout how long a whole call may take; beyond it the message is in doubt
 * @param serverErrorsInDoubt whether a server error that does not rule out a send leaves the
 *     message in doubt; otherwise it is retried
 */
public record WhatsAppConfig(
    URI baseUrl,
    String apiVersion,
    String accessToken,
    @Nullable Path caFile,
    Duration connectTimeout,
    Duration answerTimeout,
    boolean serverErrorsInDoubt) {

  /** The API's public address. */
  public static final String DEFAULT_BASE_URL = "https://graph.facebook.com";

  /** The newest known version, of 2026-07-29; a version lives about two years. */
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

  /**
   * Returns a configuration with timeouts of 5 s to connect and 30 s to answer, the Java runtime's
   * certificates, and server errors in doubt.
   */
  public static WhatsAppConfig of(String baseUrl, String apiVersion, String accessToken) {
    return new WhatsAppConfig(
        URI.create(baseUrl),
        apiVersion,
        accessToken,
        null,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        true);
  }

  @Override
  public String toString() {
    return "WhatsAppConfig[" + baseUrl + ", " + apiVersion + "]";
  }
}
