package dev.sluice.cli;

import dev.sluice.console.Bounds;
import picocli.CommandLine.Option;

/** Limits on the size of what users send to a console. */
final class BoundsOptions {
  @Option(
      names = "--max-name",
      paramLabel = "CHARACTERS",
      defaultValue = "${env:SLUICE_MAX_NAME:-200}",
      description =
          "Characters of a campaign's name, at most 1000 (SLUICE_MAX_NAME; ${DEFAULT-VALUE}).")
  private int name;

  @Option(
      names = "--max-message",
      paramLabel = "BYTES",
      defaultValue = "${env:SLUICE_MAX_MESSAGE:-65536}",
      description =
          "Bytes of a campaign's message, at most 196608 (SLUICE_MAX_MESSAGE; ${DEFAULT-VALUE}).")
  private int message;

  @Option(
      names = "--max-value",
      paramLabel = "CHARACTERS",
      defaultValue = "${env:SLUICE_MAX_VALUE:-1024}",
      description =
          "Characters of one variable of a recipient, at most 49152 (SLUICE_MAX_VALUE;"
              + " ${DEFAULT-VALUE}).")
  private int value;

  @Option(
      names = "--max-variables",
      paramLabel = "BYTES",
      defaultValue = "${env:SLUICE_MAX_VARIABLES:-16384}",
      description =
          "Bytes of a recipient's variables together, at most 49152 (SLUICE_MAX_VARIABLES;"
              + " ${DEFAULT-VALUE}).")
  private int variables;

  Bounds bounds() {
    return new Bounds(name, message, value, variables);
  }
}
