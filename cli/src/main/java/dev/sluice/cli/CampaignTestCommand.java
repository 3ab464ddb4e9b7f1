package dev.sluice.cli;

import dev.sluice.schema.ShortId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Tries a campaign's message out. */
@Command(
    name = "test",
    description = "Sends its message to a few numbers; that is counted nowhere.",
    mixinStandardHelpOptions = true)
final class CampaignTestCommand implements Callable<Integer> {
  @Mixin private ConsoleOptions console = new ConsoleOptions();

  @Option(
      names = "--variable",
      paramLabel = "NAME=VALUE",
      defaultValue = "${env:SLUICE_TEST_VARIABLE}",
      description = "A variable of the message, repeatable (SLUICE_TEST_VARIABLE; none).")
  private @Nullable Map<String, String> variables;

  @Parameters(index = "0", paramLabel = "CAMPAIGN", description = CampaignCommands.ID)
  private ShortId campaign;

  @Parameters(index = "1..*", paramLabel = "NUMBER", arity = "1..*")
  private List<String> numbers = List.of();

  // picocli sets the campaign before it calls.
  @SuppressWarnings("NullAway.Init")
  CampaignTestCommand() {}

  @Override
  public Integer call() {
    try (ConsoleClient client = console.client()) {
      JsonNode answer =
          client.post(
              CampaignCommands.path(client.campaign(campaign)) + "/test",
              Map.of("to", numbers, "variables", variables == null ? Map.of() : variables));
      console.print(
          answer,
          () ->
              console.line(
                  "on its way to %s",
                  String.join(
                      ", ", answer.path("to").values().stream().map(JsonNode::asString).toList())));
    }
    return 0;
  }
}
