package dev.sluice.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Suppressed numbers from a terminal, through a console. */
@Command(
    name = "suppression",
    description = "Imports, exports and lifts numbers that get nothing.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class SuppressionCommands {

  @Command(
      name = "import",
      description = "Adds the numbers of a CSV file.",
      mixinStandardHelpOptions = true)
  int importCsv(
      @Mixin ConsoleOptions console,
      @Mixin CsvOptions csv,
      @Option(
              names = "--reason",
              defaultValue = "${env:SLUICE_SUPPRESSION_REASON:-manual}",
              description = "Why, for people (SLUICE_SUPPRESSION_REASON; ${DEFAULT-VALUE}).")
          String reason,
      @Parameters(paramLabel = "FILE") Path file) {
    try (ConsoleClient client = console.client()) {
      JsonNode report =
          client.postCsv(Query.of(csv).with("reason", reason).after("/api/suppressions"), file);
      console.print(report, () -> console.printImport(report));
    }
    return 0;
  }

  @Command(
      name = "lift",
      description = "Lets a number get messages again, whoever suppressed it.",
      mixinStandardHelpOptions = true)
  int lift(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--reason",
              defaultValue = "${env:SLUICE_LIFT_REASON:-}",
              description =
                  "Why (SLUICE_LIFT_REASON); needed if the person asked to be left alone.")
          String reason,
      @Parameters(paramLabel = "PHONE", description = "As the export has it, like +5511999990001.")
          String phone) {
    try (ConsoleClient client = console.client()) {
      JsonNode lift =
          client.delete(
              "/api/suppressions/"
                  + ConsoleClient.segment(phone)
                  + "?reason="
                  + URLEncoder.encode(reason, StandardCharsets.UTF_8));
      console.print(
          lift,
          () ->
              console.line(
                  "%s gets messages again; it was: %s",
                  lift.path("phone").asString(), lift.path("was").asString()));
    }
    return 0;
  }

  @Command(
      name = "export",
      description = "Writes all numbers as CSV.",
      mixinStandardHelpOptions = true)
  int exportCsv(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "FILE", arity = "0..1", description = "Standard output if missing.")
          @Nullable Path file)
      throws IOException {
    try (ConsoleClient client = console.client()) {
      if (file == null) {
        client.getCsv("/api/suppressions", System.out);
        System.out.flush();
      } else {
        WholeFile.write(file, out -> client.getCsv("/api/suppressions", out));
      }
    }
    return 0;
  }
}
