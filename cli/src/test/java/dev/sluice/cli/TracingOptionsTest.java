package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.runtime.tracing.Traces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TracingOptionsTest {
  private static final UUID CAMPAIGN = new UUID(1, 2);

  /** What a collector was sent. */
  private record Call(String path, String body) {}

  @Test
  void spansGoToTheCollectorByHttp() throws Exception {
    BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    HttpServer collector = collector(calls);
    collector.start();
    try (Traces traces =
        options("http://127.0.0.1:" + collector.getAddress().getPort() + "/").start("producer")) {
      start(traces);
      Call call = calls.poll(30, TimeUnit.SECONDS);

      assertThat(call.path()).isEqualTo("/v1/traces");
      assertThat(call.body())
          .contains("start campaign", "service.name", "sluice-producer", CAMPAIGN.toString());
    } finally {
      collector.stop(0);
    }
  }

  @Test
  void withoutACollectorNothingIsTraced() {
    assertThat(CommandLine.populateCommand(new TracingOptions()).start("worker"))
        .isSameAs(Traces.OFF);
    assertThat(options("").start("worker")).isSameAs(Traces.OFF);
    assertThatThrownBy(() -> options("localhost:4318").start("worker"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_ENDPOINT");
  }

  private static HttpServer collector(BlockingQueue<Call> calls) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          calls.add(
              new Call(
                  exchange.getRequestURI().getPath(),
                  new String(body, StandardCharsets.ISO_8859_1)));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    return server;
  }

  private static TracingOptions options(String endpoint) {
    return CommandLine.populateCommand(new TracingOptions(), "--otlp-endpoint=" + endpoint);
  }

  private static void start(Traces traces) {
    traces.command("START", CAMPAIGN, "commands-0@5", Instant.EPOCH, Instant.EPOCH, null);
  }
}
