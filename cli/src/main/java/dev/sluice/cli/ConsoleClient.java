package dev.sluice.cli;

import dev.sluice.schema.Json;
import dev.sluice.schema.ShortId;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** A client of a console's API. Its exceptions carry the console's own error messages. */
public final class ConsoleClient implements AutoCloseable {
  /** The environment variable with the API's token. */
  public static final String TOKEN = "SLUICE_API_TOKEN";

  /** Nothing but files and copies of campaigns takes the console longer than some seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration PATIENCE_WITH_COPIES = Duration.ofMinutes(3);

  /** The console takes an hour at most for a file to arrive, and a quarter of one to read it. */
  private static final Duration PATIENCE_WITH_FILES = Duration.ofMinutes(90);

  /** For each page of an export the console waits two minutes for its turn, and reads for one. */
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(4);

  /** A parameter that a refusal names, which is an option here. */
  private static final Pattern ACCEPT = Pattern.compile("\\baccept([A-Z][a-z]+)=true\\b");

  /** Too many requests; and unavailable: the console, a server of its, or a proxy's console. */
  private static final Set<Integer> AVAILABLE_LATER = Set.of(429, 502, 503, 504);

  private static final Pattern NO_HEADER = Pattern.compile("[^!-~]+");

  /** The user name for the console's audit log. */
  private static final String USER = "cli/" + header(System.getProperty("user.name", "unknown"));

  private final String url;
  private final Optional<String> token;
  private final Duration patience;
  private final Duration silence;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** Says that the console is busy or cannot be reached, which may be over in a moment. */
  static final class UnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final boolean reached;

    /** Creates one for a console that says so itself. */
    UnavailableException(String message) {
      super(message);
      reached = true;
    }

    UnavailableException(String message, Throwable cause, boolean reached) {
      super(message, cause);
      this.reached = reached;
    }

    /** Returns whether a console was there to be asked. */
    boolean wasReached() {
      return reached;
    }
  }

  /** Creates a client without a token. */
  public ConsoleClient(String url) {
    this(url, Optional.empty());
  }

  /**
   * Creates a client with a token.
   *
   * @throws IllegalArgumentException if no header can hold the token; the message does not contain
   *     it
   */
  public ConsoleClient(String url, Optional<String> token) {
    this(url, token, PATIENCE, LONGEST_SILENCE);
  }

  /**
   * The same.
   *
   * @param patience how long an answer may take
   * @param silence how long nothing more may come of an export
   */
  ConsoleClient(String url, Optional<String> token, Duration patience, Duration silence) {
    if (token.filter(secret -> NO_HEADER.matcher(secret).find()).isPresent()) {
      throw new IllegalArgumentException(
          "a token has only visible ASCII characters, unlike the one in " + TOKEN);
    }
    this.url = url;
    this.token = token;
    this.patience = patience;
    this.silence = silence;
  }

  /** Encodes a name so that a header can hold it. */
  static String header(String name) {
    return NO_HEADER.matcher(name).replaceAll(odd -> encoded(odd.group()));
  }

  /** Encodes any text as a path segment. */
  static String segment(String text) {
    return encoded(text).replace("+", "%20");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  public JsonNode get(String path) {
    return send(request(path).GET());
  }

  /** Returns all rows of a paged list; each page follows the last id of the one before. */
  JsonNode getAll(String path) {
    ArrayNode rows = Json.MAPPER.createArrayNode();
    JsonNode page = get(path);
    while (!page.isEmpty()) {
      page.forEach(rows::add);
      String last = page.path(page.size() - 1).path("id").asString("");
      page = get(path + "?after=" + encoded(last));
    }
    return rows;
  }

  /** Gets a resource; empty if it does not exist. */
  Optional<JsonNode> find(String path) {
    HttpResponse<byte[]> answer = answer(request(path).GET());
    return answer.statusCode() == 404
        ? Optional.empty()
        : Optional.of(body(answer.statusCode(), answer.body()));
  }

  /** Returns the full id of the campaign whose id begins with this. */
  UUID campaign(ShortId id) {
    return id.isWhole()
        ? id.first()
        : UUID.fromString(get("/api/campaigns/" + id.text()).path("id").asString());
  }

  public JsonNode put(String path, Object body) {
    return send(json(path).PUT(BodyPublishers.ofByteArray(Json.write(body))));
  }

  public JsonNode post(String path, Object body) {
    return send(json(path).POST(BodyPublishers.ofByteArray(Json.write(body))));
  }

  JsonNode post(String path, Object body, Map<String, String> headers) {
    HttpRequest.Builder request = json(path).POST(BodyPublishers.ofByteArray(Json.write(body)));
    headers.forEach(request::header);
    return send(request);
  }

  /** Makes a draft with the recipients of another campaign, who may be many. */
  JsonNode duplicate(UUID campaignId, String query, Map<String, String> headers) {
    HttpRequest.Builder request =
        json("/api/campaigns/" + campaignId + "/duplicate?" + query)
            .timeout(PATIENCE_WITH_COPIES)
            .POST(BodyPublishers.ofString("{}"));
    headers.forEach(request::header);
    return send(request);
  }

  public JsonNode patch(String path, Object body) {
    return send(json(path).method("PATCH", BodyPublishers.ofByteArray(Json.write(body))));
  }

  JsonNode delete(String path) {
    return send(request(path).DELETE());
  }

  /** Imports a CSV file's recipients into a campaign. */
  public JsonNode importCsv(UUID campaignId, Path csv) {
    return postCsv("/api/campaigns/" + campaignId + "/recipients", csv);
  }

  /** Posts a CSV file unchanged. */
  public JsonNode postCsv(String path, Path csv) {
    try {
      BodyPublisher body = body(InputFile.require(csv));
      return send(
          request(path).timeout(PATIENCE_WITH_FILES).header("Content-Type", "text/csv").POST(body));
    } catch (FileNotFoundException e) {
      throw new IllegalArgumentException("the file " + csv + " cannot be read", e);
    }
  }

  /** Returns the file as a body; the length of a pipe is unknown. */
  private static BodyPublisher body(Path file) throws FileNotFoundException {
    if (Files.isRegularFile(file)) {
      return BodyPublishers.ofFile(file);
    }
    InputStream pipe = new FileInputStream(file.toFile());
    return BodyPublishers.ofInputStream(() -> pipe);
  }

  /** Streams a CSV resource to an output, for as long as more of it comes. */
  void getCsv(String path, OutputStream to) {
    try {
      // Two pages are read before the first byte comes.
      HttpResponse<InputStream> answer =
          http.send(
              request(path)
                  .timeout(silence.multipliedBy(2))
                  .header("Accept", "text/csv")
                  .GET()
                  .build(),
              BodyHandlers.ofInputStream());
      try (InputStream body = new UnsilentBody(answer.body(), silence)) {
        String type = answer.headers().firstValue("Content-Type").orElse("");
        if (!type.startsWith("text/csv")) {
          body(answer.statusCode(), body.readAllBytes());
          throw noConsole(answer.statusCode(), "CSV");
        }
        body.transferTo(to);
      }
    } catch (IOException e) {
      throw silent(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private HttpRequest.Builder json(String path) {
    return request(path).header("Content-Type", "application/json");
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(patience)
            .header("Sluice-User", USER);
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request;
  }

  private JsonNode send(HttpRequest.Builder request) {
    HttpResponse<byte[]> answer = answer(request);
    return body(answer.statusCode(), answer.body());
  }

  private HttpResponse<byte[]> answer(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw silent(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private JsonNode body(int status, byte[] bytes) {
    JsonNode body;
    try {
      body = Json.MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw noConsole(status, "JSON");
    }
    if (status == 401) {
      throw new IllegalStateException(
          token.isEmpty()
              ? "the console asks for its token; set " + TOKEN + " or " + TOKEN + "_FILE"
              : "the console does not take the token in " + TOKEN);
    }
    if (status >= 400) {
      String refusal = inOptions(body.path("detail").asString("HTTP " + status));
      throw AVAILABLE_LATER.contains(status)
          ? new UnavailableException(refusal)
          : new IllegalStateException(refusal);
    }
    return body;
  }

  private IllegalStateException silent(IOException e) {
    if (e instanceof UnsilentBody.SilentException) {
      return new IllegalStateException(
          "the console at " + url + " " + e.getMessage() + "; what came is not the whole", e);
    }
    boolean asked =
        e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException);
    return new UnavailableException(
        "no answer from the console at "
            + url
            + (asked ? " in time; it may have been done all the same" : ""),
        e,
        asked);
  }

  private static String inOptions(String refusal) {
    return ACCEPT
        .matcher(refusal)
        .replaceAll(found -> "--accept-" + found.group(1).toLowerCase(Locale.ROOT));
  }

  private IllegalStateException noConsole(int status, String wanted) {
    return new IllegalStateException(
        url + " is no console: it answers HTTP " + status + " without " + wanted);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
