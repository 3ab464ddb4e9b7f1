package dev.sluice.worker.provider;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Calls a provider over HTTP, each request once, on connections that are kept. It tells failures in
 * which nothing can have arrived, which may be repeated, from those that nobody can judge.
 */
final class HttpCalls implements AutoCloseable {
  /** An answer is about 300 bytes; a page of HTML from a proxy in between may be larger. */
  private static final int LONGEST_ANSWER = 65_536;

  static {
    // Each connection keeps up to two read buffers, and there may be one connection for each
    // message
    // in flight: at the client's 16 KiB, two thousand of them took more than all the rest.
    if (System.getProperty("jdk.httpclient.bufsize") == null) {
      System.setProperty("jdk.httpclient.bufsize", "2048");
    }
  }

  private static final Logger log = LoggerFactory.getLogger(HttpCalls.class);

  private final URI baseUrl;
  private final Duration connectTimeout;
  private final HttpClient http;

  HttpCalls(URI baseUrl, Duration connectTimeout) {
    this.baseUrl = baseUrl;
    this.connectTimeout = connectTimeout;
    boolean secure = "https".equals(baseUrl.getScheme());
    http =
        HttpClient.newBuilder()
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            // Without TLS, HTTP/2 would begin each connection with an upgrade.
            .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** An answer, its body read as JSON; missing if it is none. */
  record Answer(int status, JsonNode body, @Nullable Duration retryAfter) {
    boolean success() {
      return status >= 200 && status < 300;
    }
  }

  /** Sends a request that has a timeout, and judges its answer. */
  Outcome call(HttpRequest request, Function<Answer, Outcome> judge) {
    try {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      return judge.apply(
          new Answer(response.statusCode(), parse(response.body()), retryAfter(response)));
    } catch (HttpConnectTimeoutException e) {
      return notSent("the provider did not accept a connection in time");
    } catch (HttpTimeoutException e) {
      return new Outcome.InDoubt(
          "no answer within " + request.timeout().orElseThrow().toSeconds() + " s");
    } catch (ConnectException | SSLHandshakeException | UnresolvedAddressException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return notSent("no connection to " + baseUrl + ": " + why);
    } catch (IOException e) {
      return new Outcome.InDoubt("the connection broke: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.InDoubt("interrupted while waiting for the answer");
    }
  }

  private static Outcome notSent(String detail) {
    return new Outcome.Unavailable("not_connected", detail, null);
  }

  /** Whether the root of the provider's address answers at all; sends nothing. */
  boolean available() {
    HttpRequest root =
        HttpRequest.newBuilder(baseUrl.resolve("/")).timeout(connectTimeout).GET().build();
    try {
      return http.send(root, BodyHandlers.discarding()).statusCode() < 500;
    } catch (IOException e) {
      log.debug("no answer from {}", baseUrl, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static JsonNode parse(InputStream stream) throws IOException {
    try (stream) {
      return Json.MAPPER.readTree(stream.readNBytes(LONGEST_ANSWER));
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
