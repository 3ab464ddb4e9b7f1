package dev.sluice.console;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** A client of a console's API. */
public record Api(int port) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  public HttpResponse<byte[]> get(String path) {
    return send(request(path).GET());
  }

  public HttpResponse<byte[]> post(String path, String type, String body) {
    return send(request(path).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
  }

  public HttpResponse<byte[]> post(String path) {
    return send(request(path).POST(BodyPublishers.noBody()));
  }

  /** Posts JSON that is taken once, however often this is repeated with the key. */
  public HttpResponse<byte[]> postOnce(String key, String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body)));
  }

  public HttpResponse<byte[]> patch(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(body)));
  }

  public HttpResponse<byte[]> put(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  /** Calls the webhook as the provider does, with its signature. */
  HttpResponse<byte[]> webhook(String body) throws Exception {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return send(
        request("/webhooks/whatsapp")
            .header("X-Hub-Signature-256", WebhookFixture.signature(WebhookFixture.SECRET, bytes))
            .POST(BodyPublishers.ofByteArray(bytes)));
  }

  /** Opens a connection and sends the beginning of a request. */
  public Socket begin(String beginning) throws IOException {
    Socket socket = new Socket("localhost", port);
    socket.getOutputStream().write(beginning.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /** Opens a connection, announces a file and sends its first bytes. */
  Socket beginUpload(String path, String firstBytes) throws IOException {
    return begin(
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 100000"
            + "\r\n\r\n"
            + firstBytes);
  }

  public static JsonNode json(HttpResponse<byte[]> answer) {
    return Json.MAPPER.readTree(answer.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
