package dev.sluice.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
      JsonNode answer = client.getAll("/api/senders");
      console.print(
          answer,
          () -> {
            console
                .out()
                .printf(
                    "%-20s %10s %6s %15s  %s%n",
                    "ID", "RATE/S", "LANES", "PEOPLE IN 24 H", "BLOCKED");
            answer.forEach(row ->
                console
                    .out()
                    .printf(
                        Locale.ROOT,
                        "%-20s %10.1f %6d %15s  %s%n",
                        row.path("id").asString(""),
                        row.path("ratePerSecond").asDouble(),
                        row.path("lanes").asInt(),
                        people(row),
                        row.path("blockReason").asString("no")));
          });
    }
    return 0;
  }

  private static String people(JsonNode sender) {
    return sender.hasNonNull("dailyLimit")
        ? sender.path("usedIn24Hours").asInt() + "/" + sender.path("dailyLimit").asInt()
        : "no limit";
  }

  @Command(
      name = "put",
      description = "Creates a sender, or changes it; a new rate applies within seconds.",
      mixinStandardHelpOptions = true)
  int put(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "SENDER") String sender,
      @Option(
              names = "--address",
              required = true,
              defaultValue = "${env:SLUICE_SENDER_ADDRESS}",
              description =
                  "Its address at the provider; WhatsApp: the phone number id"
                      + " (SLUICE_SENDER_ADDRESS).")
          String address,
      @Option(
              names = "--provider",
              defaultValue = "${env:SLUICE_SENDER_PROVIDER:-whatsapp}",
              description = "Who delivers (SLUICE_SENDER_PROVIDER; ${DEFAULT-VALUE}).")
          String provider,
      @Option(
              names = "--rate",
              paramLabel = "MESSAGES/S",
              defaultValue = "${env:SLUICE_SENDER_RATE:-80}",
              description = "What it may send (SLUICE_SENDER_RATE; ${DEFAULT-VALUE}).")
          double rate,
      @Option(
              names = "--lanes",
              defaultValue = "${env:SLUICE_SENDER_LANES:-1}",
              description =
                  "How many workers share it at most (SLUICE_SENDER_LANES; ${DEFAULT-VALUE}).")
          int lanes,
      @Option(
              names = "--daily-limit",
              paramLabel = "PEOPLE",
              defaultValue = "${env:SLUICE_SENDER_DAILY_LIMIT}",
              description =
                  "Different people within 24 hours (SLUICE_SENDER_DAILY_LIMIT; no limit).")
          @Nullable Integer dailyLimit) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("provider", provider);
    body.put("address", address);
    body.put("ratePerSecond", rate);
    body.put("lanes", lanes);
    body.put("dailyLimit", dailyLimit);
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.put("/api/senders/" + sender, body);
      console.print(answer, () -> console.out().println(sender + " is saved"));
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
