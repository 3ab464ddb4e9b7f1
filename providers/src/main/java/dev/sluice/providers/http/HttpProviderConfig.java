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
 * A provider that takes messages as JSON over HTTP, as its file describes it.
 *
 * <pre>{@code
 * {"name": "sms", "url": "https://sms.example.org/v1/senders/{{address}}/messages",
 *  "headersFile": "/run/secrets/sms-headers",
 *  "body": {"to": "{{to}}", "text": "{{message.text.body}}", "reference": "{{callback_data}}"},
 *  "success": [200, 201, 202], "retry": [429, 502, 503, 504], "messageId": "/id"}
 * }</pre>
 *
 * @param name what senders call it in {@code provider}
 * @param url where messages are posted; may hold {@code {{address}}}, the sender's address
 * @param headersFile a file of lines {@code Name: value}, which may hold secrets; or null
 * @param body what is posted; its strings may hold {@code {{to}}}, {@code {{address}}}, {@code
 *     {{callback_data}}} and {@code {{message.…}}}, any text of the campaign's message by its path
 * @param success statuses that mean that the message was taken
 * @param retry statuses that mean that it was not, but may be another time; 429 slows the lane down
 * @param messageId where a taken message's id stands in the answer (RFC 6901), or null; an answer
 *     without it leaves the message in doubt
 * @param timeoutSeconds how long a whole call may take, s; beyond it the message is in doubt
 * @param caFile the certificates (PEM) that vouch for it, instead of those that Java trusts; or
 *     null
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
   * @throws IllegalArgumentException if it cannot be read; says why
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

  /** The headers of every request, read from their file. */
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

  /** Where the provider is, without the path. */
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
