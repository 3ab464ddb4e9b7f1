package dev.sluice.cli;

import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Sender operations from a terminal, through a console. */
@Command(
    name = "sender",
    description = "Lists, creates, changes and unblocks senders, through a console.",
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
            console.line(
                "%-20s %10s %6s %15s %8s  %s",
                "ID", "RATE/S", "LANES", "PEOPLE IN 24 H", "CAP", "BLOCKED");
            answer.forEach(row ->
                console.line(
                    "%-20s %10.1f %6d %15s %8s  %s",
                    row.path("id").asString(""),
                    row.path("ratePerSecond").asDouble(),
                    row.path("lanes").asInt(),
                    people(row),
                    cap(row),
                    row.path("blockReason").asString("no")));
          });
    }
    return 0;
  }

  private static String people(JsonNode sender) {
    return sender.hasNonNull("dailyLimit")
        ? CampaignLines.count(sender.path("usedIn24Hours"))
            + "/"
            + sender.path("dailyLimit").asInt()
        : "no limit";
  }

  /** As {@code --frequency-cap} takes it. */
  private static String cap(JsonNode sender) {
    return sender.hasNonNull("capMessages")
        ? sender.path("capMessages").asInt() + "/" + sender.path("capDays").asInt()
        : "none";
  }

  @Command(
      name = "put",
      description =
          "Creates a sender, or changes what is given of it; a new rate applies within seconds.",
      mixinStandardHelpOptions = true)
  int put(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "SENDER") String sender,
      @Option(
              names = "--address",
              defaultValue = "${env:SLUICE_SENDER_ADDRESS}",
              description =
                  "Its address at the provider, which a new one must have; WhatsApp: the phone"
                      + " number id (SLUICE_SENDER_ADDRESS).")
          @Nullable String address,
      @Option(
              names = "--provider",
              defaultValue = "${env:SLUICE_SENDER_PROVIDER}",
              description = "The provider (SLUICE_SENDER_PROVIDER; whatsapp for a new one).")
          @Nullable String provider,
      @Option(
              names = "--rate",
              paramLabel = "MESSAGES/S",
              defaultValue = "${env:SLUICE_SENDER_RATE}",
              description = "Messages/s that it may send (SLUICE_SENDER_RATE; 80 for a new one).")
          @Nullable Double rate,
      @Option(
              names = "--lanes",
              defaultValue = "${env:SLUICE_SENDER_LANES}",
              description =
                  "The most workers that share its rate; it cannot be changed later"
                      + " (SLUICE_SENDER_LANES; 1 for a new one).")
          @Nullable Integer lanes,
      @Option(
              names = "--daily-limit",
              paramLabel = "PEOPLE|none",
              defaultValue = "${env:SLUICE_SENDER_DAILY_LIMIT}",
              description =
                  "The most different people within 24 hours (SLUICE_SENDER_DAILY_LIMIT; none for a"
                      + " new one).")
          @Nullable String dailyLimit,
      @Option(
              names = "--frequency-cap",
              paramLabel = "MESSAGES/DAYS|none",
              defaultValue = "${env:SLUICE_SENDER_FREQUENCY_CAP}",
              description =
                  "The most messages that a person gets from it, like 3/7 for three within seven days"
                      + " (SLUICE_SENDER_FREQUENCY_CAP; none for a new one).")
          @Nullable String cap,
      @Option(
              names = "--account",
              paramLabel = "ID",
              defaultValue = "${env:SLUICE_SENDER_ACCOUNT}",
              description =
                  "The provider's account that it belongs to, for its templates; WhatsApp's calls"
                      + " tell it as well (SLUICE_SENDER_ACCOUNT; unknown).")
          @Nullable String account,
      @Option(
              names = "--accept-scheduled",
              defaultValue = "${env:SLUICE_ACCEPT_SCHEDULED:-false}",
              fallbackValue = "true",
              description =
                  "Go on although its scheduled, sending and paused campaigns get another provider"
                      + " or account: you know that it has their templates"
                      + " (SLUICE_ACCEPT_SCHEDULED; ${DEFAULT-VALUE}).")
          boolean acceptScheduled) {
    try (ConsoleClient client = console.client()) {
      String path = "/api/senders/" + ConsoleClient.segment(sender);
      JsonNode before = client.find(path).orElse(Json.MAPPER.createObjectNode());
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      body.put("provider", given(provider, before.get("provider")));
      body.put("address", given(address, before.get("address")));
      body.put("ratePerSecond", given(rate, before.get("ratePerSecond")));
      body.put("lanes", given(lanes, before.get("lanes")));
      body.put(
          "dailyLimit",
          "none".equalsIgnoreCase(dailyLimit)
              ? null
              : given(people(dailyLimit), before.get("dailyLimit")));
      if (cap == null) {
        body.put("capMessages", before.get("capMessages"));
        body.put("capDays", before.get("capDays"));
      } else if (!"none".equalsIgnoreCase(cap)) {
        FrequencyCap wanted = FrequencyCap.parse(cap);
        body.put("capMessages", wanted.messages());
        body.put("capDays", wanted.days());
      }
      if (account != null) {
        body.put("account", account);
      }
      JsonNode answer =
          client.put(new Query().with("acceptScheduled", acceptScheduled).after(path), body);
      console.print(answer, () -> console.line("%s is saved", sender));
    }
    return 0;
  }

  private static @Nullable Object given(@Nullable Object option, @Nullable JsonNode before) {
    return option == null ? before : option;
  }

  private static @Nullable Integer people(@Nullable String limit) {
    try {
      return limit == null || limit.equalsIgnoreCase("none") ? null : Integer.valueOf(limit);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the daily limit must be a number of people or none, not '" + limit + "'", e);
    }
  }

  @Command(
      name = "unblock",
      description = "Lets a sender send again, once what was wrong is mended.",
      mixinStandardHelpOptions = true)
  int unblock(@Mixin ConsoleOptions console, @Parameters(paramLabel = "SENDER") String sender) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer =
          client.post("/api/senders/" + ConsoleClient.segment(sender) + "/unblock", Map.of());
      console.print(answer, () -> console.line("%s may send again", sender));
    }
    return 0;
  }
}
