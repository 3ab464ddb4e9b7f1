package dev.sluice.cli;

import picocli.CommandLine.Option;

/** Whether a scheduled campaign whose time has passed may start as soon as it has recipients. */
final class LateOption implements Query.Part {
  @Option(
      names = "--accept-late",
      defaultValue = "${env:SLUICE_ACCEPT_LATE:-false}",
      fallbackValue = "true",
      description =
          "Go on although the campaign's scheduled time has passed: it starts at once, with these"
              + " recipients (SLUICE_ACCEPT_LATE; ${DEFAULT-VALUE}).")
  private boolean accepted;

  @Override
  public void addTo(Query query) {
    query.with("acceptLate", accepted);
  }
}
