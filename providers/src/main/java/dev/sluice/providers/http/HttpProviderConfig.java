package dev.sluice.providers.http;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The description of a provider that takes messages as JSON over HTTP, read from a file.
 *
 * <pre>{@code
 * {"name": "sms", "url": "https://sms.example.org/v1/senders/{{address}}/messages",
 *  "headersFile": "/run/secrets/sms-headers",
 *  "body": {"to": "{{to}}", "text": "{{message.text.body}}", "reference": "{{callback_data}}"},
 *  "success": [200, 201, 202], "retry": [429, 503], "messageId": "/id"}
 * }</pre>
 *
 * @param name its name in the senders' {@code provider}
 * @param url the URL to post messages to; may hold {@code {{address}}}, the sender's address
 * @param headersFile a file of lines {@code Name: value}, which may hold secrets; or null
 * @param body the body to post; its strings may hold {@code {{to}}}, {@code {{address}}}, {@code
 *     {{callback_data}}} and {@code {{message.…}}}, any text of the campaign's message by its path
 * @param success statuses that mean that the provider took the message
 * @param retry statuses that mean that it did not, but may later; 429 slows the lane down
 * @param messageId a JSON pointer (RFC 6901) to the message's id in the response, or null; a
 *     successful response without the id leaves the message in doubt
 * @param timeoutSeconds how long a whole call may take, s; beyond it the message is in doubt
 * @param caFile a PEM file of the trusted certificates, or null for those that the Java runtime
 *     trusts
 */
public record HttpProviderConfig(
    String name,
    String url,
    @Nullable Path headersFile,
    JsonNode body,
    Set<Integer> success,
    Set<Integer> retry,
    @Nullable String messageId,
    int timeoutSeconds,
    @Nullable Path caFile) {

  public HttpProviderConfig {
    Objects.requireNonNull(name, "\"name\" is missing");
    Objects.requireNonNull(url, "\"url\" is missing");
    Objects.requireNonNull(body, "\"body\" is missing");
    if (!url.matches("https?://[^/].*")) {
      throw new IllegalArgumentException("\"url\" must be http or https: " + url);
    }
    if (name.equals("whatsapp")) {
      throw new IllegalArgumentException("\"name\" must not be \"whatsapp\"");
    }
    success = success == null || success.isEmpty() ? Set.of(200, 201, 202) : Set.copyOf(success);
    retry = retry == null ? Set.of(429, 503) : Set.copyOf(retry);
    timeoutSeconds = timeoutSeconds == 0 ? 30 : timeoutSeconds;
    if (timeoutSeconds < 0) {
      throw new IllegalArgumentException("\"timeoutSeconds\" must be above 0");
    }
    if (success.stream().anyMatch(retry::contains)) {
      throw new IllegalArgumentException("a status is in \"success\" and in \"retry\"");
    }
  }

  /**
   * Reads a provider's file.
   *
   * @throws IllegalArgumentException if it cannot be read; the message says why
   */
  public static HttpProviderConfig read(Path file) {
    try {
      return Json.MAPPER.readValue(Files.readAllBytes(file), HttpProviderConfig.class);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the provider's file " + file, e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the provider's file " + file + " is not right: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns the headers of every request, read from their file. */
  @JsonIgnore
  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (headersFile == null) {
      return headers;
    }
    try {
      for (String line : Files.readAllLines(headersFile)) {
        if (!line.isBlank()) {
          String[] parts = line.split(":", 2);
          if (parts.length < 2) {
            throw new IllegalArgumentException(
                headersFile + " must hold lines like \"Authorization: Bearer …\"");
          }
          headers.put(parts[0].strip(), parts[1].strip());
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the headers' file " + headersFile, e);
    }
    return headers;
  }

  /** Returns the provider's address without the path. */
  @JsonIgnore
  URI base() {
    return URI.create(url.replaceAll("^(https?://[^/{]+).*", "$1/"));
  }

  @JsonIgnore
  Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds);
  }

  @JsonIgnore
  MessageTemplate template() {
    return new MessageTemplate(body);
  }
}
