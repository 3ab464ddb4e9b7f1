package dev.sluice.cli;

import picocli.CommandLine.Option;

/** Whether a campaign may use its template although the provider would probably refuse it. */
final class TemplateOptions implements Query.Part {
  @Option(
      names = "--accept-stopped",
      defaultValue = "${env:SLUICE_ACCEPT_STOPPED:-false}",
      fallbackValue = "true",
      description =
          "Go on although the provider is known to have stopped its template: you know that it may"
              + " be used again (SLUICE_ACCEPT_STOPPED; ${DEFAULT-VALUE}).")
  private boolean stopped;

  @Option(
      names = "--accept-template",
      defaultValue = "${env:SLUICE_ACCEPT_TEMPLATE:-false}",
      fallbackValue = "true",
      description =
          "Go on although its message does not fit the template that the provider lists: you are"
              + " sure that the provider accepts it (SLUICE_ACCEPT_TEMPLATE; ${DEFAULT-VALUE}).")
  private boolean unfit;

  @Override
  public void addTo(Query query) {
    query.with("acceptStopped", stopped).with("acceptTemplate", unfit);
  }
}
