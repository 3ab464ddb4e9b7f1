package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access with a token and without. */
class DoorsTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();
  private static Console open;
  private static Console guarded;

  @BeforeAll
  static void start() {
    open = console(config(Optional.empty()));
    guarded = console(config(Optional.of(TOKEN)));
  }

  @AfterAll
  static void stop() {
    open.close();
    guarded.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/app.js", "/api/senders", "/metrics", "/health/ready", "/nothing"})
  void withoutATokenNoOtherNameOpensAnything(String path) {
    assertThat(get(open, path, "localhost", "")).doesNotStartWith("HTTP/1.1 403");
    assertThat(get(open, path, "rebound.example", "")).startsWith("HTTP/1.1 403");
    assertThat(get(open, path, "localhost.rebound.example:8080", "")).startsWith("HTTP/1.1 403");
  }

  /** They come under the name that the provider was given, and their signature is what counts. */
  @Test
  void webhooksComeByAnyName() {
    assertThat(get(open, "/webhooks/whatsapp", "tunnel.example", "")).contains("verify token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/senders", "/metrics"})
  void withATokenNothingIsToldWithoutIt(String path) {
    assertThat(get(guarded, path, "sluice.example", ""))
        .startsWith("HTTP/1.1 401")
        .contains("WWW-Authenticate: Bearer")
        .contains("Send the API token");
    assertThat(get(guarded, path, "sluice.example", "Bearer nonsense"))
        .startsWith("HTTP/1.1 401")
        .contains("This is not the API token");
    assertThat(get(guarded, path, "sluice.example", "Bearer " + TOKEN)).startsWith("HTTP/1.1 200");
  }

  /** As monitors ask; Javalin answers it itself where there is a GET. */
  @Test
  void headIsAnsweredWhereGetIs() {
    assertThat(ask("HEAD", open, "/api/senders", "localhost", "")).startsWith("HTTP/1.1 200");
    assertThat(ask("HEAD", open, "/api/nothing", "localhost", "")).startsWith("HTTP/1.1 404");
    assertThat(ask("HEAD", guarded, "/api/senders", "x", "")).startsWith("HTTP/1.1 401");
    assertThat(ask("HEAD", guarded, "/api/senders", "x", "Bearer " + TOKEN))
        .startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer, 200",
    "bearer, 200",
    "BEARER, 200",
    "'Bearer ', 200",
    "'bearer\t', 200",
    "Basic, 401"
  })
  void theSchemeIsTheSameInAnyCase(String scheme, int status) {
    assertThat(get(guarded, "/api/senders", "x", scheme + " " + TOKEN))
        .startsWith("HTTP/1.1 " + status);
  }

  @Test
  void probesSeeWhetherItIsReadyAndOnlyTheTokenShowsWhy() {
    assertThat(get(guarded, "/health/ready", "x", ""))
        .startsWith("HTTP/1.1 503")
        .contains("{\"ready\":false}")
        .doesNotContain("secret-host");
    assertThat(get(guarded, "/health/ready", "x", "Bearer " + TOKEN))
        .startsWith("HTTP/1.1 503")
        .contains("secret-host");
    assertThat(get(open, "/health/ready", "localhost", "")).contains("secret-host");
  }

  /** Otherwise its details would confirm a guessed token. */
  @Test
  void aWrongTokenAtTheProbesIsCountedAndSlowedAsElsewhere() {
    double before = wrongTokens();

    assertThat(get(guarded, "/health/ready", "x", "Bearer nonsense"))
        .startsWith("HTTP/1.1 401")
        .contains("This is not the API token")
        .doesNotContain("ready");
    assertThat(wrongTokens() - before).isOne();
    assertThat(get(guarded, "/health/ready", "x", "Basic nonsense")).contains("{\"ready\":false}");
    assertThat(wrongTokens() - before).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0123456789\u200babcdef", "пароль-пароль-пароль", "0123456789 abcdef"})
  void aTokenThatNoHeaderCanHoldIsRefused(String token) {
    assertThatThrownBy(() -> config(Optional.of(token)))
        .hasMessageContaining("visible ASCII")
        .hasMessageNotContaining(token);
  }

  @Test
  void theAddressIsAnOptionAndNobodyElseReachesAConsoleWithoutAToken() throws IOException {
    assertThat(config(Optional.of(TOKEN)).address()).isEqualTo("0.0.0.0");
    assertThat(config(Optional.of(TOKEN)).withHost("127.0.0.1").address()).isEqualTo("127.0.0.1");
    assertThat(config(Optional.empty()).address()).isEqualTo("localhost");
    assertThatThrownBy(() -> config(Optional.empty()).withHost("0.0.0.0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SLUICE_API_TOKEN");
    try (Console here = console(config(Optional.of(TOKEN)).withHost("127.0.0.1"));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), here.port())) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  private static String get(Console to, String path, String host, String authorization) {
    return ask("GET", to, path, host, authorization);
  }

  private static String ask(
      String method, Console to, String path, String host, String authorization) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port())) {
      String request =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n"
              .formatted(
                  method,
                  path,
                  host,
                  authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n");
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ConsoleConfig config(Optional<String> token) {
    return ConsoleConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.as(ServiceRole.CONSOLE))
        .withAccess(token, Optional.empty(), WebhookConfig.NONE);
  }

  private static double wrongTokens() {
    return METERS.counter("sluice.console.tokens.wrong").count();
  }

  private static Console console(ConsoleConfig config) {
    return new Console(
        config,
        new Health(),
        METERS,
        settings -> {
          settings.routes.get("/metrics", context -> context.result("metrics"));
          settings.routes.get(
              "/health/ready",
              context -> context.status(503).result("{\"problems\":\"secret-host is away\"}"));
        });
  }
}
