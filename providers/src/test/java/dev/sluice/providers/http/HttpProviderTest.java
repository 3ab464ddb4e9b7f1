package dev.sluice.providers.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.local.FreePort;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Runs with and without TLS. */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
class HttpProviderTest {
  @Parameter private boolean tls;
  @TempDir private Path folder;
  private HttpServer server;
  private int status = 201;
  private String retryAfter = "";
  private String body = "{\"data\":{\"id\":\"m-17\"}}";
  private String path = "";
  private String token = "";
  private JsonNode received = Json.MAPPER.createObjectNode();

  @BeforeEach
  void start() throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (tls) {
      HttpsServer secure = HttpsServer.create(anyPort, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(TestCertificate.SHARED.forServer()));
      server = secure;
    } else {
      server = HttpServer.create(anyPort, 0);
    }
    server.createContext(
        "/",
        exchange -> {
          path = exchange.getRequestURI().getRawPath();
          token = exchange.getRequestHeaders().getFirst("X-Api-Key");
          received = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
          byte[] answer = body.getBytes(StandardCharsets.UTF_8);
          if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().add("Retry-After", retryAfter);
          }
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void postsTheBodyAsItsFileSaysWithTheHeadersOfAnotherFile() throws IOException {
    try (HttpProvider provider = provider()) {
      assertThat(provider.send(message())).isEqualTo(new SendOutcome.Accepted("m-17"));
    }

    assertThat(path).isEqualTo("/senders/my%2Fsender/messages");
    assertThat(token).isEqualTo("secret: with a colon");
    assertThat(received)
        .isEqualTo(
            Json.MAPPER.readTree(
                "{\"to\":\"+5511999990001\",\"text\":\"Hi \\\"Ana\\\"\",\"ref\":\"c:1:1\","
                    + "\"first\":\"a\"}"));
  }

  @ParameterizedTest
  @CsvSource({
    "202, Accepted",
    "429, Throttled",
    "503, Unavailable",
    "401, SenderBlocked",
    "403, SenderBlocked",
    "422, BadRequest",
    "500, InDoubt",
    "302, InDoubt",
  })
  void judgesAnAnswerByItsStatus(int answered, String outcome) throws IOException {
    status = answered;
    retryAfter = "7";
    try (HttpProvider provider = provider()) {
      assertThat(provider.send(message()).getClass().getSimpleName()).isEqualTo(outcome);
    }
  }

  /** An intermediary may have answered. */
  @ParameterizedTest
  @ValueSource(strings = {"<html><body>Sign in</body></html>", "{\"data\":{}}", ""})
  void aSuccessWithoutTheIdThatItShouldHaveLeavesTheMessageInDoubt(String answered)
      throws IOException {
    body = answered;
    try (HttpProvider provider = provider()) {
      assertThat(provider.send(message())).isInstanceOf(SendOutcome.InDoubt.class);
    }
  }

  @Test
  void aSuccessThatIsLongerThanAnyAnswerLeavesTheMessageInDoubt() throws IOException {
    body = "{\"data\":{\"id\":\"m-17\"},\"more\":\"" + "x".repeat(100_000) + "\"}";
    try (HttpProvider provider = provider()) {
      assertThat(provider.send(message())).isInstanceOf(SendOutcome.InDoubt.class);
    }
  }

  @Test
  void aProviderThatTakesNoConnectionsWasSentNothing() throws IOException {
    Path file = file("http://localhost:" + FreePort.next() + "/");
    try (HttpProvider provider = new HttpProvider(HttpProviderConfig.read(file), 1)) {
      assertThat(provider.send(message())).isInstanceOf(SendOutcome.Unavailable.class);
      assertThat(provider.available()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"url\":\"http://x\",\"body\":{}}",
        "{\"name\":\"sms\",\"url\":\"ftp://x\",\"body\":{}}",
        "{\"name\":\"whatsapp\",\"url\":\"http://x\",\"body\":{}}",
        "{\"name\":\"sms\",\"url\":\"http://x\"}",
        "{\"name\":\"sms\",\"url\":\"http://x\",\"body\":{},\"success\":[503]}",
        "not json",
      })
  void refusesAFileThatIsNotRightAndNamesIt(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.json"), content);

    assertThatThrownBy(() -> HttpProviderConfig.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bad.json");
  }

  private HttpProvider provider() throws IOException {
    return new HttpProvider(
        HttpProviderConfig.read(
            file(
                (tls ? "https" : "http")
                    + "://localhost:"
                    + server.getAddress().getPort()
                    + "/senders/{{address}}")),
        10);
  }

  private Path file(String url) throws IOException {
    Path headers =
        Files.writeString(folder.resolve("headers"), "X-Api-Key: secret: with a colon\n\n");
    return Files.writeString(
        folder.resolve("sms.json"),
        """
        {"name": "sms", "url": "%s/messages", "headersFile": "%s", "messageId": "/data/id",
         "caFile": "%s",
         "body": {"to": "{{to}}", "text": "{{message.text.body}}", "ref": "{{callback_data}}",
                  "first": "{{message.list.0}}"}}
        """
            .formatted(url.replaceAll("/$", ""), headers, TestCertificate.SHARED.file()));
  }

  private static OutgoingMessage message() {
    return new OutgoingMessage(
        "my/sender",
        "+5511999990001",
        Json.MAPPER.readTree("{\"text\":{\"body\":\"Hi \\\"Ana\\\"\"},\"list\":[\"a\"]}"),
        "c:1:1");
  }
}
