package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrowserGuardTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static Console console;

  @BeforeAll
  static void start() {
    console = console(Optional.empty());
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  /** Written to a raw socket, because HTTP clients set some of these headers themselves. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "POST|localhost|-|200",
        "POST|127.0.0.1|Origin: http://127.0.0.1|200",
        "POST|localhost|Sec-Fetch-Site: same-origin|200",
        "POST|localhost|Sec-Fetch-Site: cross-site|403",
        "POST|localhost|Sec-Fetch-Site: same-site|403",
        "POST|localhost|Origin: https://evil.example|403",
        "POST|localhost|Origin: null|403",
        "GET|localhost|Sec-Fetch-Site: cross-site|200",
        "GET|rebound.example|-|403",
        "POST|rebound.example|-|403",
      })
  void onlyOurOwnPageMayCommand(String method, String host, String header, int status)
      throws IOException {
    assertThat(raw(console, method, host, header)).isEqualTo(status);
  }

  @Test
  void withATokenTheNameDoesNotMatter() throws IOException {
    try (Console guarded = console(Optional.of("0123456789abcdef"))) {
      assertThat(raw(guarded, "GET", "sluice.example", "Authorization: Bearer 0123456789abcdef"))
          .isEqualTo(200);
      assertThat(raw(guarded, "GET", "sluice.example", "Authorization: Bearer no")).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/app.js", "/api/senders", "/api/nothing", "/openapi.json"})
  void everyAnswerRestrictsWhatABrowserMayDo(String path) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(policy ->
            assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe"));
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
  }

  @Test
  void thePageIsServedWithTheLibrariesThatItNames() throws Exception {
    assertThat(get("/").body()).contains("/app.js\"");
    Matcher names = Pattern.compile("'(/webjars/[^']+)'").matcher(get("/lib.js").body());
    int libraries = 0;
    while (names.find()) {
      libraries++;
      assertThat(get(names.group(1)).statusCode()).as(names.group(1)).isEqualTo(200);
    }
    assertThat(libraries).isEqualTo(3);
  }

  private static int raw(Console to, String method, String host, String header) throws IOException {
    String body = method.equals("POST") ? "phone\n+5511970000099\n" : "";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port())) {
      socket
          .getOutputStream()
          .write(
              (method
                      + " /api/suppressions HTTP/1.1\r\nHost: "
                      + host
                      + "\r\nConnection: close\r\nContent-Type: text/csv\r\nContent-Length: "
                      + body.length()
                      + "\r\n"
                      + (header == null ? "" : header + "\r\n")
                      + "\r\n"
                      + body)
                  .getBytes(StandardCharsets.UTF_8));
      String line =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      return Integer.parseInt(line.split(" ", 3)[1]);
    }
  }

  private static HttpResponse<String> get(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + console.port() + path);
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private static Console console(Optional<String> token) {
    return new Console(
        ConsoleConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.as(ServiceRole.CONSOLE))
            .withAccess(token, Optional.empty(), WebhookConfig.NONE),
        new Health(),
        new SimpleMeterRegistry(),
        settings -> {});
  }
}
