package dev.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** The provider's templates from a terminal, through a console. */
@Command(
    name = "template",
    description = "Lists the templates that a sender's provider has.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class TemplateCommands {

  @Command(
      name = "list",
      description = "Lists a sender's templates.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--refresh",
              defaultValue = "${env:SLUICE_TEMPLATE_REFRESH:-false}",
              fallbackValue = "true",
              description =
                  "Asks the provider although they were read a moment ago"
                      + " (SLUICE_TEMPLATE_REFRESH; ${DEFAULT-VALUE}).")
          boolean refresh,
      @Parameters(paramLabel = "SENDER") String sender) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer =
          client.get(
              "/api/senders/" + ConsoleClient.segment(sender) + "/templates?refresh=" + refresh);
      console.print(
          answer,
          () -> {
            console.line("%-10s %-14s %-8s  %s", "STATUS", "CATEGORY", "LANGUAGE", "NAME");
            answer.forEach(row ->
                console.line(
                    "%s %-14s %-8s  %s",
                    console.status(row.path("status").asString(""), 10),
                    row.path("category").asString(""),
                    row.path("language").asString(""),
                    row.path("name").asString("")));
          });
    }
    return 0;
  }
}
