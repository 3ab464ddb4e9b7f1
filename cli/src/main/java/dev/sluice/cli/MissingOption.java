package dev.sluice.cli;

import picocli.CommandLine.Option;

/** Whether recipients may lack variables of the message. */
final class MissingOption implements Query.Part {
  @Option(
      names = "--accept-missing",
      defaultValue = "${env:SLUICE_ACCEPT_MISSING:-false}",
      fallbackValue = "true",
      description =
          "Go on although recipients lack variables of the message: they fail and get nothing"
              + " (SLUICE_ACCEPT_MISSING; ${DEFAULT-VALUE}).")
  private boolean accepted;

  @Override
  public void addTo(Query query) {
    query.with("acceptMissing", accepted);
  }
}
