package dev.sluice.cli;

import dev.sluice.local.FreePort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a role serves its metrics and health. */
final class HttpOptions {
  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT}",
      description =
          "Where /metrics and /health are served (SLUICE_HTTP_PORT; the role's own port).")
  private @Nullable Integer port;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "${env:SLUICE_HTTP_HOST:-localhost}",
      description =
          "The address they are bound to; 0.0.0.0 for all (SLUICE_HTTP_HOST; ${DEFAULT-VALUE}).")
  private String host = "";

  String host() {
    return host;
  }

  /** The port asked for, or the role's own; if nobody asked and that is taken, any free one. */
  int port(int rolesOwn) {
    return port == null ? FreePort.preferably(rolesOwn) : port;
  }
}
