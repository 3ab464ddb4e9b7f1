package dev.sluice.cli;

import picocli.CommandLine.Option;

/** Whether a campaign may use its template although the provider has stopped it. */
final class StoppedOption {
  @Option(
      names = "--accept-stopped",
      defaultValue = "${env:SLUICE_ACCEPT_STOPPED:-false}",
      description =
          "Although the provider is known to have stopped its template: you know that it may be"
              + " used again (SLUICE_ACCEPT_STOPPED; ${DEFAULT-VALUE}).")
  private boolean accepted;

  /** Returns a further query parameter, or an empty text. */
  String query() {
    return accepted ? "&acceptStopped=true" : "";
  }
}
