package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.schema.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleClientTest {
  /** A header cannot hold it, and it must not appear on standard error. */
  @ParameterizedTest
  @ValueSource(strings = {"пароль-пароль-пароль", "0123456789\u200babcdef", "two words", "a\u007f"})
  void aTokenThatCannotBeSentIsRefusedAndNotPrinted(String token) {
    assertThatThrownBy(() -> new ConsoleClient("http://localhost", Optional.of(token)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("visible ASCII")
        .hasMessageContaining("SLUICE_API_TOKEN")
        .hasMessageNotContaining(token);
  }

  /** Like {@code <(...)} in a shell. */
  @Test
  void aPipeIsSentWhole(@TempDir Path folder) throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer =
              Json.write(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    Thread.ofVirtual().start(() -> write(pipe, "phone\n+5511960000001\n"));
    try (ConsoleClient client =
        new ConsoleClient("http://localhost:" + server.getAddress().getPort())) {
      assertThat(client.postCsv("/", pipe).asString()).isEqualTo("phone\n+5511960000001\n");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aConsoleThatAcceptsAndIsSilentIsNotAwaitedForEver() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ConsoleClient client =
            new ConsoleClient(
                "http://localhost:" + silent.getLocalPort(),
                Optional.empty(),
                Duration.ofMillis(50),
                Duration.ofMillis(50))) {
      assertThatThrownBy(() -> client.post("/api/campaigns/x/pause", Map.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("in time; it may have been done all the same");
    }
  }

  /** As when the machine of the console is gone: nobody says that the connection is. */
  @Test
  void anExportOfWhichNothingMoreComesEnds() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    CountDownLatch ended = new CountDownLatch(1);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/csv");
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("phone\n".getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          awaitUnchecked(ended);
          exchange.close();
        });
    server.start();
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    try (ConsoleClient client =
        new ConsoleClient(
            "http://localhost:" + server.getAddress().getPort(),
            Optional.empty(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> client.getCsv("/", taken))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("sent nothing more for 1 s; what came is not the whole");
      assertThat(taken).hasToString("phone\n");
    } finally {
      ended.countDown();
      server.stop(0);
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"ana, ana", "ana@crm, ana@crm", "Иван, %D0%98%D0%B2%D0%B0%D0%BD", "a b, a+b"})
  void anyUsersNameFitsIntoAHeader(String name, String header) {
    assertThat(ConsoleClient.header(name)).isEqualTo(header);
    assertThat(
            HttpRequest.newBuilder(URI.create("http://localhost"))
                .header("Sluice-User", ConsoleClient.header(name))
                .build()
                .headers()
                .map())
        .hasSize(1);
  }
}
