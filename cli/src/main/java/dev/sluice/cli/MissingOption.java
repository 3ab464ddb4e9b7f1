package dev.sluice.cli;

import picocli.CommandLine.Option;

/** Whether recipients may lack variables of the message. */
final class MissingOption {
  @Option(
      names = "--accept-missing",
      defaultValue = "${env:SLUICE_ACCEPT_MISSING:-false}",
      description =
          "Although recipients lack variables of the message: they fail and get nothing"
              + " (SLUICE_ACCEPT_MISSING; ${DEFAULT-VALUE}).")
  private boolean accepted;

  /** As a parameter, or nothing. */
  String query() {
    return accepted ? "acceptMissing=true" : "";
  }
}
