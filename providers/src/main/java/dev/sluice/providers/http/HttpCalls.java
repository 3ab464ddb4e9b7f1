package dev.sluice.providers.http;

import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.schema.Json;
import dev.sluice.schema.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Calls a provider, or another server, over HTTP, each request once, on the calling thread. Calls
 * have a deadline and responses a size limit. It distinguishes failures in which nothing can have
 * reached the provider, which are safe to repeat, from those that leave the message in doubt.
 */
public final class HttpCalls implements AutoCloseable {
  /** A response has about 300 bytes; an HTML page from an intermediary may be larger. */
  private static final int LONGEST_ANSWER = 65_536;

  private static final Logger log = LoggerFactory.getLogger(HttpCalls.class);

  private final Endpoint endpoint;
  private final ScheduledExecutorService timer;
  private final Deadlines deadlines;
  private final Connections connections;

  public HttpCalls(Endpoint endpoint) {
    this.endpoint = endpoint;
    timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform()
                .daemon()
                .name("deadlines of " + endpoint.baseUrl().getHost())
                .factory());
    deadlines = new Deadlines(timer);
    connections = new Connections(endpoint, timer);
  }

  /** A response with its body as JSON; the body is a missing node if it is not JSON or too long. */
  public record Answer(int status, JsonNode body, @Nullable Duration retryAfter) {
    public boolean success() {
      return status >= 200 && status < 300;
    }
  }

  /**
   * Posts JSON and maps the response to an outcome.
   *
   * @param permit awaited when the request is ready and a connection is open
   * @param judge maps a response to an outcome
   */
  public SendOutcome post(
      URI uri,
      Map<String, String> headers,
      byte[] body,
      Permit permit,
      Function<Answer, SendOutcome> judge) {
    HttpPost request = json(uri, headers, body);
    String traceparent = permit.traceparent();
    if (traceparent != null) {
      request.setHeader("traceparent", traceparent);
    }
    Attempt attempt = new Attempt(request, permit, endpoint.answerTimeout());
    Answer answer;
    try {
      answer = exchange(request, attempt);
    } catch (WithdrawnException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      return attempt.begun() ? inDoubt(attempt, e) : notSent(attempt, e);
    }
    if (!attempt.begun()) {
      return new SendOutcome.Unavailable(
          SendOutcome.Unavailable.NOT_CONNECTED,
          "the proxy answered " + answer.status() + " to CONNECT",
          null);
    }
    permit.answered(answer.status());
    return judge.apply(answer);
  }

  /**
   * Gets JSON.
   *
   * @param longest the most bytes of a body; a longer one counts as missing
   * @throws IOException if there is no response in time
   */
  public Answer get(URI uri, Map<String, String> headers, int longest) throws IOException {
    HttpGet request = new HttpGet(uri);
    headers.forEach(request::setHeader);
    return exchange(request, Attempt.probe(request, endpoint.answerTimeout()), longest);
  }

  /**
   * Posts JSON that is no message: it needs no permit, and may be posted again.
   *
   * @throws IOException if there is no response in time, with a readable reason
   */
  public Answer post(URI uri, Map<String, String> headers, byte[] body) throws IOException {
    HttpPost request = json(uri, headers, body);
    Attempt attempt = Attempt.probe(request, endpoint.answerTimeout());
    try {
      return exchange(request, attempt);
    } catch (IOException e) {
      throw attempt.late() ? new IOException(late(), e) : e;
    }
  }

  private static HttpPost json(URI uri, Map<String, String> headers, byte[] body) {
    HttpPost request = new HttpPost(uri);
    request.setHeader("Content-Type", "application/json");
    headers.forEach(request::setHeader);
    request.setEntity(new ByteArrayEntity(body, null));
    return request;
  }

  private Answer exchange(HttpUriRequestBase request, Attempt attempt) throws IOException {
    return exchange(request, attempt, LONGEST_ANSWER);
  }

  private Answer exchange(HttpUriRequestBase request, Attempt attempt, int longest)
      throws IOException {
    deadlines.watch(attempt);
    try {
      ClassicHttpResponse answer = connections.open(request, attempt);
      return new Answer(answer.getCode(), body(answer.getEntity(), longest), retryAfter(answer));
    } finally {
      deadlines.forget(attempt);
      // Does nothing if the response was read to its end, as its connection is back in the pool.
      // Any other connection is closed at once, without reading the rest.
      request.abort();
    }
  }

  private SendOutcome notSent(Attempt attempt, Exception e) {
    if (attempt.permitted() && attempt.late()) {
      return new SendOutcome.Disconnected(
          "its connection was closed while it waited for its turn, and no other was open in time");
    }
    String detail =
        attempt.late() || e instanceof ConnectTimeoutException
            ? "the provider did not accept a connection in time"
            : "no connection to " + endpoint.baseUrl() + ": " + Reasons.of(e);
    return new SendOutcome.Unavailable(SendOutcome.Unavailable.NOT_CONNECTED, detail, null);
  }

  private SendOutcome inDoubt(Attempt attempt, Exception e) {
    return new SendOutcome.InDoubt(
        attempt.late() ? late() : "the connection broke: " + Reasons.of(e));
  }

  private String late() {
    return "no answer within " + endpoint.answerTimeout().toSeconds() + " s";
  }

  /** Returns whether the root of the provider's address answers at all; sends no message. */
  public boolean available() {
    HttpGet root = new HttpGet(endpoint.baseUrl().resolve("/"));
    try {
      Attempt attempt = Attempt.probe(root, endpoint.connectTimeout());
      return exchange(root, attempt).status() < 500;
    } catch (IOException | RuntimeException e) {
      log.debug("no response from {}", endpoint.baseUrl(), e);
      return false;
    }
  }

  private static JsonNode body(@Nullable HttpEntity entity, int longest) throws IOException {
    JsonNode none = JsonNodeFactory.instance.missingNode();
    if (entity == null) {
      return none;
    }
    InputStream content = entity.getContent();
    // Read one byte more than announced, to reach the end; without a length, the array would be
    // sized for the maximum.
    long length = entity.getContentLength();
    byte[] bytes = content.readNBytes(length < 0 ? longest : (int) Math.min(length + 1, longest));
    if (bytes.length == longest && content.read() >= 0) {
      return none;
    }
    try {
      return Json.MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      return none;
    }
  }

  private static @Nullable Duration retryAfter(HttpResponse answer) {
    return Optional.ofNullable(answer.getFirstHeader("Retry-After"))
        .map(Header::getValue)
        .filter(value -> value.matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(null);
  }

  @Override
  public void close() {
    connections.close();
    timer.shutdown();
  }
}
