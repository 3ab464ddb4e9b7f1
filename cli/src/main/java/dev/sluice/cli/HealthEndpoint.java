package dev.sluice.cli;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Loopback;
import dev.sluice.schema.Json;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;

/** {@code /metrics}, {@code /health/live} and {@code /health/ready}. */
public final class HealthEndpoint implements AutoCloseable {
  private final Javalin server;

  HealthEndpoint(String host, int port, Health health, PrometheusMeterRegistry meters) {
    server =
        Javalin.create(settings -> {
          settings.startup.showJavalinBanner = false;
          settings.concurrency.useVirtualThreads = true;
          settings.jetty.host = host;
          settings.jetty.port = port;
          if (Loopback.isAddress(host)) {
            settings.routes.before(HealthEndpoint::requireOurName);
          }
          add(settings, health, meters);
        });
    server.start();
  }

  /** Adds the routes to another server. */
  public static void add(JavalinConfig settings, Health health, PrometheusMeterRegistry meters) {
    settings.routes.get(
        "/metrics",
        context ->
            context
                .contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(meters.scrape()));
    settings.routes.get("/health/live", context -> context.result("alive\n"));
    settings.routes.get(
        "/health/ready",
        context -> {
          Map<String, String> problems = health.problems();
          context
              .status(problems.isEmpty() ? 200 : 503)
              .contentType("application/json")
              .result(
                  Json.write(
                      Map.of(
                          "ready",
                          problems.isEmpty(),
                          "problems",
                          problems,
                          "notices",
                          health.notices())));
        });
  }

  /** Refuses other host names, as a foreign page may have pointed its own name at this machine. */
  private static void requireOurName(Context context) {
    if (!Loopback.isHost(context.header("Host"))) {
      throw new ForbiddenResponse("only for this machine");
    }
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
