package dev.sluice.cli;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What an operator does about senders, through a console. */
@Command(
    name = "sender",
    description = "Lists senders and unblocks them, through a console.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class SenderCommands {

  @Command(name = "list", description = "Lists the senders.", mixinStandardHelpOptions = true)
  int list(@Mixin ConsoleOptions console) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get("/api/senders");
      console.print(
          answer,
          () -> {
            console.out().printf("%-20s %10s %6s  %s%n", "ID", "RATE/S", "LANES", "BLOCKED");
            answer.forEach(row ->
                console
                    .out()
                    .printf(
                        Locale.ROOT,
                        "%-20s %10.1f %6d  %s%n",
                        row.path("id").asString(""),
                        row.path("ratePerSecond").asDouble(),
                        row.path("lanes").asInt(),
                        row.path("blockReason").asString("no")));
          });
    }
    return 0;
  }

  @Command(
      name = "unblock",
      description = "Lets a sender send again, once what was wrong is mended.",
      mixinStandardHelpOptions = true)
  int unblock(@Mixin ConsoleOptions console, @Parameters(paramLabel = "SENDER") String sender) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.post("/api/senders/" + sender + "/unblock", Map.of());
      console.print(answer, () -> console.out().println(sender + " may send again"));
    }
    return 0;
  }
}
