package dev.sluice.cli;

import dev.sluice.schema.ShortId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Campaign management from a terminal, through a console. */
@Command(
    name = "campaign",
    description = "Creates, fills, commands and watches campaigns through a console.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = CampaignRepairCommand.class)
final class CampaignCommands {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final String ID = "Its id, or the beginning of it as logs print it.";
  private static final Set<String> ENDED = Set.of("COMPLETED", "CANCELLED");

  @Command(
      name = "create",
      description = "Creates a campaign and prints its id.",
      mixinStandardHelpOptions = true)
  int create(@Mixin ConsoleOptions console, @Mixin CampaignOptions campaign) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.post("/api/campaigns", campaign.body(), campaign.headers());
      console.print(answer, () -> console.line("%s", answer.path("id").asString()));
    }
    return 0;
  }

  @Command(
      name = "edit",
      description = "Changes what is given of a campaign that has not started.",
      mixinStandardHelpOptions = true)
  int edit(
      @Mixin ConsoleOptions console,
      @Mixin CampaignEditOptions changes,
      @Mixin MissingOption missing,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    Map<String, @Nullable Object> body = changes.body();
    try (ConsoleClient client = console.client()) {
      UUID id = client.campaign(campaign);
      JsonNode answer = client.patch(path(id) + "?" + missing.query(), body);
      console.print(
          answer,
          () -> {
            console.line("%s is changed: %s", id, String.join(", ", body.keySet()));
            MissingOption.warn(console, answer);
          });
    }
    return 0;
  }

  @Command(
      name = "import",
      description =
          "Adds the recipients of a CSV file: a column of phone numbers, one for each variable.",
      mixinStandardHelpOptions = true)
  int importCsv(
      @Mixin ConsoleOptions console,
      @Mixin CsvOptions csv,
      @Mixin MissingOption missing,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign,
      @Parameters(paramLabel = "FILE") Path file) {
    try (ConsoleClient client = console.client()) {
      JsonNode report =
          client.importCsv(client.campaign(campaign), file, csv.query() + missing.query());
      console.print(report, () -> console.printImport(report));
    }
    return 0;
  }

  @Command(name = "start", description = "Starts sending.", mixinStandardHelpOptions = true)
  int start(
      @Mixin ConsoleOptions console,
      @Mixin MissingOption missing,
      @Mixin StoppedOption stopped,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(console, campaign, "start?" + missing.query() + stopped.query());
  }

  @Command(
      name = "pause",
      description = "Holds it; what is under way is finished.",
      mixinStandardHelpOptions = true)
  int pause(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(console, campaign, "pause");
  }

  @Command(
      name = "resume",
      description = "Goes on where it was held.",
      mixinStandardHelpOptions = true)
  int resume(
      @Mixin ConsoleOptions console,
      @Mixin StoppedOption stopped,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(console, campaign, "resume?" + stopped.query());
  }

  @Command(
      name = "cancel",
      description = "Ends it for good; who is pending gets nothing.",
      mixinStandardHelpOptions = true)
  int cancel(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(console, campaign, "cancel");
  }

  @Command(
      name = "resend",
      description = "Sends a completed campaign once more to those who failed.",
      mixinStandardHelpOptions = true)
  int resend(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--unconfirmed",
              defaultValue = "${env:SLUICE_RESEND_UNCONFIRMED:-false}",
              description =
                  "Also to those who are UNCONFIRMED: some of them may get it twice"
                      + " (SLUICE_RESEND_UNCONFIRMED; ${DEFAULT-VALUE}).")
          boolean unconfirmed,
      @Option(
              names = "--reason",
              split = ",",
              paramLabel = "CODE",
              defaultValue = "${env:SLUICE_RESEND_REASON}",
              description =
                  "Only to those with these codes, as campaign errors lists them"
                      + " (SLUICE_RESEND_REASON; all).")
          @Nullable List<String> reasons,
      @Mixin StoppedOption stopped,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(
        console,
        campaign,
        "resend?status=FAILED" + (unconfirmed ? "&status=UNCONFIRMED" : "") + stopped.query(),
        reasons == null ? Map.of() : Map.of("reasons", reasons));
  }

  private static int command(ConsoleOptions console, ShortId campaign, String command) {
    return command(console, campaign, command, Map.of());
  }

  private static int command(
      ConsoleOptions console, ShortId campaign, String command, Map<String, ?> body) {
    try (ConsoleClient client = console.client()) {
      UUID id = client.campaign(campaign);
      JsonNode answer = client.post(path(id) + "/" + command, body);
      console.print(
          answer,
          () -> {
            console.line("%s is on its way to %s", command.replaceAll("\\?.*", ""), id);
            MissingOption.warn(console, answer);
          });
    }
    return 0;
  }

  @Command(name = "status", description = "Shows a campaign.", mixinStandardHelpOptions = true)
  int status(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get("/api/campaigns/" + campaign);
      console.print(answer, () -> show(console, answer));
    }
    return 0;
  }

  private static void show(ConsoleOptions console, JsonNode campaign) {
    console.line("%-12s %s", "name", campaign.path("name").asString(""));
    console.line("%-12s %s", "status", campaign.path("status").asString(""));
    String reason = campaign.path("statusReason").asString("");
    if (!reason.isEmpty()) {
      console.line("%-12s %s", "because", reason);
    }
    console.line("%-12s %s", "recipients", count(campaign.path("total")));
    console.line("%-12s %s", "pending", count(campaign.path("pending")));
    campaign
        .path("counts")
        .properties()
        .forEach(count -> console.line("%-12s %d", count.getKey(), count.getValue().asLong()));
  }

  /** Formats a count, which the console leaves out if counting takes too long. */
  static String count(JsonNode people) {
    return people.isNumber() ? people.asString() : "uncounted";
  }

  @Command(
      name = "duplicate",
      description = "Makes a new draft of a campaign and prints its id.",
      mixinStandardHelpOptions = true)
  int duplicate(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--recipients",
              split = ",",
              paramLabel = "all|STATUS|not-STATUS",
              defaultValue = "${env:SLUICE_DUPLICATE_RECIPIENTS:-}",
              description =
                  "Whom it is for, by outcome, like not-READ for everybody who did not read"
                      + " (SLUICE_DUPLICATE_RECIPIENTS; nobody).")
          List<String> recipients,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      String query = "recipients=" + ConsoleClient.segment(String.join(",", recipients));
      JsonNode answer =
          client.post(path(client.campaign(campaign)) + "/duplicate?" + query, Map.of());
      console.print(answer, () -> console.line("%s", answer.path("id").asString()));
    }
    return 0;
  }

  @Command(
      name = "archive",
      description = "Puts a draft, or a campaign that has ended, out of sight.",
      mixinStandardHelpOptions = true)
  int archive(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      UUID id = client.campaign(campaign);
      JsonNode answer = client.post(path(id) + "/archive", Map.of());
      console.print(answer, () -> console.line("%s is out of sight", id));
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "Lists the newest campaigns.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--archived",
              defaultValue = "${env:SLUICE_LIST_ARCHIVED:-false}",
              description =
                  "Also those that were archived (SLUICE_LIST_ARCHIVED; ${DEFAULT-VALUE}).")
          boolean archived) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get("/api/campaigns?archived=" + archived);
      console.print(
          answer,
          () -> {
            console.line("%-36s  %-10s %10s %10s  %s", "ID", "STATUS", "TOTAL", "PENDING", "NAME");
            answer.forEach(row ->
                console.line(
                    "%-36s  %-10s %10s %10s  %s",
                    row.path("id").asString(""),
                    row.path("status").asString(""),
                    count(row.path("total")),
                    count(row.path("pending")),
                    row.path("name").asString("")));
          });
    }
    return 0;
  }

  @Command(
      name = "errors",
      description = "Says why recipients failed or are in doubt.",
      mixinStandardHelpOptions = true)
  int errors(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get(path(client.campaign(campaign)) + "/errors");
      console.print(
          answer,
          () -> {
            console.line("%10s  %-18s %-5s  %s", "PEOPLE", "CODE", "RETRY", "WHAT IT MEANS");
            answer.forEach(row ->
                console.line(
                    "%10d  %-18s %-5s  %s",
                    row.path("count").asLong(),
                    row.path("code").asString("-"),
                    retry(row.path("retryHelps")),
                    row.path("words").asString("")));
          });
    }
    return 0;
  }

  private static String retry(JsonNode helps) {
    return helps.isBoolean() ? (helps.asBoolean() ? "helps" : "no") : "?";
  }

  @Command(
      name = "export",
      description = "Writes a campaign's recipients as CSV: what became of each, and why.",
      mixinStandardHelpOptions = true)
  int export(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--status",
              split = ",",
              paramLabel = "STATUS",
              defaultValue = "${env:SLUICE_EXPORT_STATUS:-}",
              description = "Only those, like FAILED,UNCONFIRMED (SLUICE_EXPORT_STATUS; all).")
          List<String> statuses,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign,
      @Parameters(paramLabel = "FILE", arity = "0..1", description = "Standard output if missing.")
          @Nullable Path file)
      throws IOException {
    try (ConsoleClient client = console.client()) {
      String path =
          path(client.campaign(campaign))
              + "/export?status="
              + ConsoleClient.segment(String.join(",", statuses));
      if (file == null) {
        client.getCsv(path, System.out);
        System.out.flush();
      } else {
        WholeFile.write(file, out -> client.getCsv(path, out));
      }
    }
    return 0;
  }

  @Command(
      name = "test",
      description = "Sends its message to a few numbers; that is counted nowhere.",
      mixinStandardHelpOptions = true)
  int test(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--variable",
              paramLabel = "NAME=VALUE",
              defaultValue = "${env:SLUICE_TEST_VARIABLE}",
              description = "A variable of the message, repeatable (SLUICE_TEST_VARIABLE; none).")
          @Nullable Map<String, String> variables,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign,
      @Parameters(paramLabel = "NUMBER", arity = "1..*") List<String> numbers) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer =
          client.post(
              path(client.campaign(campaign)) + "/test",
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

  @Command(
      name = "watch",
      description = "Follows a campaign until it has ended.",
      mixinStandardHelpOptions = true)
  int watch(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign)
      throws InterruptedException {
    try (ConsoleClient client = console.client()) {
      String path = path(client.campaign(campaign));
      JsonNode answer = client.get(path);
      try (ProgressBar bar =
          new ProgressBarBuilder()
              .setTaskName(Printable.of(answer.path("name").asString("")))
              .setInitialMax(answer.path("total").asLong())
              .build()) {
        while (true) {
          bar.maxHint(answer.path("total").asLong());
          bar.stepTo(settled(answer));
          bar.setExtraMessage(" " + answer.path("status").asString("") + pace(answer));
          if (ENDED.contains(answer.path("status").asString(""))) {
            break;
          }
          Thread.sleep(LOOK_EVERY);
          answer = client.get(path);
        }
      }
      JsonNode end = answer;
      console.print(end, () -> show(console, end));
      return end.path("status").asString("").equals("COMPLETED") ? 0 : 1;
    }
  }

  /**
   * Returns the settled recipients, including results not written to rows yet, as these are written
   * in batches.
   */
  static long settled(JsonNode campaign) {
    long settled = campaign.path("total").asLong() - campaign.path("pending").asLong();
    for (JsonNode unwritten : campaign.path("unwritten")) {
      settled += unwritten.asLong();
    }
    return settled;
  }

  /** Returns the rate of sending, not of writing, which is bursty. */
  static String pace(JsonNode campaign) {
    return campaign.path("perSecond").isNumber()
        ? String.format(Locale.ROOT, " %.1f/s", campaign.path("perSecond").asDouble())
        : "";
  }

  private static String path(UUID campaign) {
    return "/api/campaigns/" + campaign;
  }
}
