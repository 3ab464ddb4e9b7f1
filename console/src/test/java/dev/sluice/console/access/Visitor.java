package dev.sluice.console.access;

import dev.sluice.console.Console;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A client of a console with headers of its own. */
record Visitor(Console console, Map<String, String> headers) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** An answer. */
  record Answer(int status, String text, HttpResponse<String> response) {
    JsonNode json() {
      return Json.MAPPER.readTree(text);
    }

    String detail() {
      return json().path("detail").asString("");
    }

    String cookie() {
      return response.headers().firstValue("Set-Cookie").orElse("");
    }
  }

  static Visitor of(Console console) {
    return new Visitor(console, Map.of());
  }

  Visitor with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Visitor(console, more);
  }

  Answer signIn(String name, String password) {
    return send(
        "POST",
        "/api/session",
        Json.MAPPER.writeValueAsString(Map.of("name", name, "password", password)));
  }

  /** Returns a visitor with a session. */
  Visitor as(String name, String password) {
    Answer answer = signIn(name, password);
    if (answer.status() != 200) {
      throw new AssertionError(answer.text());
    }
    return with("Cookie", answer.cookie().split(";", 2)[0]);
  }

  Answer get(String path) {
    return send("GET", path, "");
  }

  Answer post(String path) {
    return send("POST", path, "");
  }

  Answer send(String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + console.port() + path))
            .header("Content-Type", body.startsWith("phone") ? "text/csv" : "application/json")
            .method(method, BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try {
      HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
