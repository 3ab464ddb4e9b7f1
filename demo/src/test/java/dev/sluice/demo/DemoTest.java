package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.cli.ConsoleClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests the demo's preparation, with a console that is too busy to count. */
class DemoTest {
  private static final String ANSWER =
      "{\"id\":\"00000000-0000-4000-8000-000000000000\",\"variables\":[\"name\"],"
          + "\"accepted\":3,\"total\":null}";

  @Test
  void recipientsThatTheConsoleDidNotCountAreNotTakenForNone() throws Exception {
    HttpServer busy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    busy.createContext(
        "/",
        exchange -> {
          byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    busy.start();
    StringWriter out = new StringWriter();
    try (ConsoleClient console =
        new ConsoleClient("http://localhost:" + busy.getAddress().getPort())) {
      Demo.Prepared prepared =
          new Demo(null, 3, 80, 1, 0).prepare(console, new PrintWriter(out, true));

      assertThat(prepared.recipients()).isEqualTo(3);
    } finally {
      busy.stop(0);
    }
    assertThat(out.toString()).contains("Imported 3 recipients");
  }
}
