package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Api;
import io.javalin.Javalin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageFilesTest {
  private static final Pattern FILE = Pattern.compile("\"(/page/[^\"]+)\"");
  private static final Pattern IMPORT = Pattern.compile("(?:from |import\\()['`]([^'`]+)['`][;,]");

  private static final Javalin SERVER =
      Javalin.create(settings -> {
        new Problems().add(settings);
        PageFiles.read().add(settings.routes);
      });
  private static Api api;

  @BeforeAll
  static void start() {
    SERVER.start(0);
    api = new Api(SERVER.port());
  }

  @AfterAll
  static void stop() {
    SERVER.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html"})
  void thePageIsAskedForEachTimeAndNamesFilesThatAreKeptForGood(String path) {
    HttpResponse<byte[]> page = api.get(path);

    assertThat(caching(page)).isEqualTo("no-cache");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
    assertThat(files(page))
        .hasSize(4)
        .allSatisfy(file -> {
          assertThat(file).matches("/page/[0-9a-f]{16}/.+");
          HttpResponse<byte[]> answer = api.get(file);
          assertThat(answer.statusCode()).isEqualTo(200);
          assertThat(caching(answer)).isEqualTo("public, max-age=31536000, immutable");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/page/0123456789abcdef/app.js", "/page/now/texts/de.json", "/page/x/app.css"})
  void aPageOfAnotherVersionGetsTheFilesThereAreNowAndDoesNotKeepThem(String file) {
    HttpResponse<byte[]> answer = api.get(file);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(caching(answer)).isEqualTo("no-cache");
    assertThat(answer.body())
        .isEqualTo(api.get(file.replaceFirst("/page/[^/]+/", versioned())).body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/now/nothing.js",
        "/page/now/",
        "/page/now/..%2f..%2flogback.xml",
        "/page/now/%2e%2e/%2e%2e/logback.xml",
        "/page/now/texts"
      })
  void whatIsNoneOfThemIsNotFound(String path) {
    assertThat(api.get(path).statusCode()).isIn(400, 404);
  }

  /** An older console may not have a newer one's file, which a cache must not remember. */
  @Test
  void thatAFileIsMissingIsNotKept() {
    assertThat(caching(api.get("/page/0123456789abcdef/of-a-newer-one.js"))).isEqualTo("no-cache");
    assertThat(caching(api.get(versioned() + "nothing.js"))).isEqualTo("no-cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html", "/page/now/app.js", "/page/now/texts/de.json"})
  void whoHasItIsNotSentItAgain(String path) throws Exception {
    HttpResponse<byte[]> first = send("GET", path);
    String tag = first.headers().firstValue("ETag").orElseThrow();

    HttpResponse<byte[]> again = send("GET", path, "If-None-Match", "\"older\", " + tag);

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("ETag")).hasValue(tag);
    assertThat(caching(again)).isEqualTo("no-cache");
    assertThat(send("GET", path, "If-None-Match", "W/\"older\"").body()).isEqualTo(first.body());
  }

  /** A cache on the way must not hand a compressed file to who cannot read it. */
  @Test
  void whatIsCompressedIsSaidToDependOnWhoAsks() throws Exception {
    for (String path : List.of(versioned() + "app.js", "/page/now/app.js")) {
      HttpResponse<byte[]> compressed = send("GET", path, "Accept-Encoding", "gzip");

      assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
      assertThat(compressed.headers().firstValue("Vary")).hasValue("Accept-Encoding");
      assertThat(send("GET", path).headers().firstValue("Vary")).hasValue("Accept-Encoding");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page/now/app.js", "/page/now/nothing.js", "app.js"})
  void headIsAnsweredAsGetIs(String name) throws Exception {
    String path = name.startsWith("/") ? name : versioned() + name;
    HttpResponse<byte[]> got = send("GET", path);

    HttpResponse<byte[]> answer = send("HEAD", path);

    assertThat(answer.statusCode()).isEqualTo(got.statusCode());
    assertThat(answer.body()).isEmpty();
    for (String header : List.of("Cache-Control", "Content-Type", "ETag")) {
      assertThat(answer.headers().firstValue(header))
          .as(header)
          .isEqualTo(got.headers().firstValue(header));
    }
  }

  /** A module that two paths lead to would be loaded twice, each time with a state of its own. */
  @Test
  void modulesNameEachOtherByTheirPlaceBesideEachOther() {
    String app = text(api.get(versioned() + "app.js"));
    List<String> modules =
        IMPORT.matcher(app).results().map(found -> found.group(1)).distinct().toList();

    assertThat(modules).isNotEmpty();
    assertThat(modules)
        .allSatisfy(module -> {
          String text = text(api.get(versioned() + module.substring(2)));
          assertThat(IMPORT.matcher(text).results().map(found -> found.group(1)))
              .allMatch(name -> name.startsWith("./") || name.startsWith("/webjars/"));
        });
    assertThat(modules).allMatch(name -> name.startsWith("./"));
  }

  private static HttpResponse<byte[]> send(String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + SERVER.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  private static String versioned() {
    String file = files(api.get("/")).getFirst();
    return file.substring(0, file.lastIndexOf('/') + 1);
  }

  private static List<String> files(HttpResponse<byte[]> page) {
    return FILE.matcher(text(page)).results().map((MatchResult found) -> found.group(1)).toList();
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String caching(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("Cache-Control").orElse("");
  }
}
