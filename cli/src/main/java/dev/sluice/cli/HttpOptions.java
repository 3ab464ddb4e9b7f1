package dev.sluice.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a role serves its metrics and health. */
final class HttpOptions {
  private static final String ROLES_OWN =
      ProducerCommand.PORT
          + " producer, "
          + WorkerCommand.PORT
          + " worker, "
          + StatusAggregatorCommand.PORT
          + " status-aggregator";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT}",
      description =
          "Where /metrics and /health are served, 0 for any free port; one in use is an error"
              + " (SLUICE_HTTP_PORT; "
              + ROLES_OWN
              + ").")
  private @Nullable Integer port;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "${env:SLUICE_HTTP_HOST:-localhost}",
      description =
          "The address at which they are served; 0.0.0.0 for all, and one that this machine does"
              + " not have is an error (SLUICE_HTTP_HOST; ${DEFAULT-VALUE}).")
  private String host = "";

  String host() {
    return host;
  }

  /**
   * Returns the requested port, or the role's default.
   *
   * @throws IllegalStateException if it is taken
   */
  int port(int rolesOwn) {
    return Ports.free(host, port == null ? rolesOwn : port, "--http-port (SLUICE_HTTP_PORT)");
  }
}
