package dev.sluice.cli;

import picocli.CommandLine.Option;

/**
 * Whether the campaign's template may be used although the provider is known to have stopped it.
 */
final class StoppedOption {
  @Option(
      names = "--accept-stopped",
      defaultValue = "${env:SLUICE_ACCEPT_STOPPED:-false}",
      description =
          "Although the provider is known to have stopped its template: you know that it may be"
              + " used again (SLUICE_ACCEPT_STOPPED; ${DEFAULT-VALUE}).")
  private boolean accepted;

  /** As a further parameter, or nothing. */
  String query() {
    return accepted ? "&acceptStopped=true" : "";
  }
}
