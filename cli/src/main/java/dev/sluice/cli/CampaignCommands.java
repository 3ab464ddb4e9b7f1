package dev.sluice.cli;

import dev.sluice.schema.ShortId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
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
    subcommands = {
      CampaignExportCommand.class,
      CampaignTestCommand.class,
      CampaignWatchCommand.class,
      CampaignRepairCommand.class
    })
final class CampaignCommands {
  static final String ID = "Its id, or the beginning of it as logs print it.";

  @Command(
      name = "create",
      description = "Creates a campaign and prints its id.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ConsoleOptions console,
      @Mixin CampaignOptions campaign,
      @Mixin TemplateOptions template) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer =
          client.post(
              Query.of(template).after("/api/campaigns"), campaign.body(), campaign.headers());
      console.print(answer, () -> console.line("%s", answer.path("id").asString()));
      Unchecked.warn(console, answer);
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
      @Mixin TemplateOptions template,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    Map<String, @Nullable Object> body = changes.body();
    try (ConsoleClient client = console.client()) {
      UUID id = client.campaign(campaign);
      JsonNode answer = client.patch(Query.of(missing, template).after(path(id)), body);
      console.print(
          answer, () -> console.line("%s is changed: %s", id, String.join(", ", body.keySet())));
      Unchecked.warn(console, answer);
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
      @Mixin MapOption map,
      @Mixin MissingOption missing,
      @Mixin LateOption late,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign,
      @Parameters(paramLabel = "FILE") Path file) {
    try (ConsoleClient client = console.client()) {
      JsonNode report =
          client.postCsv(
              Query.of(csv, map, missing, late)
                  .after(path(client.campaign(campaign)) + "/recipients"),
              file);
      console.print(report, () -> console.printImport(report));
    }
    return 0;
  }

  @Command(name = "start", description = "Starts sending.", mixinStandardHelpOptions = true)
  int start(
      @Mixin ConsoleOptions console,
      @Mixin MissingOption missing,
      @Mixin TemplateOptions template,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(console, campaign, "start", Query.of(missing, template), Map.of());
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
      @Mixin TemplateOptions template,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(console, campaign, "resume", Query.of(template), Map.of());
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
              fallbackValue = "true",
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
      @Option(
              names = "--recipient",
              split = ",",
              paramLabel = "PHONE",
              defaultValue = "${env:SLUICE_RESEND_RECIPIENT}",
              description =
                  "Only to those with these numbers, at most 1,000 (SLUICE_RESEND_RECIPIENT; all).")
          @Nullable List<String> recipients,
      @Mixin TemplateOptions template,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    return command(
        console,
        campaign,
        "resend",
        new Query()
            .with("status", "FAILED")
            .with("status", unconfirmed ? "UNCONFIRMED" : null)
            .with(template),
        wish(reasons, recipients));
  }

  private static Map<String, List<String>> wish(
      @Nullable List<String> reasons, @Nullable List<String> recipients) {
    Map<String, List<String>> wish = new TreeMap<>();
    if (reasons != null) {
      wish.put("reasons", reasons);
    }
    if (recipients != null) {
      wish.put("phones", recipients);
    }
    return wish;
  }

  /** Says who of those named on the command line is not sent to. */
  private static void tellLeft(ConsoleOptions console, JsonNode answer) {
    answer
        .path("left")
        .properties()
        .forEach(left ->
            console.line("%s of them cannot be sent again: %s", left.getValue(), left.getKey()));
    if (answer.path("unknown").asInt(0) > 0) {
      console.line("%s of them are not in the campaign", answer.path("unknown"));
    }
  }

  private static int command(ConsoleOptions console, ShortId campaign, String command) {
    return command(console, campaign, command, new Query(), Map.of());
  }

  private static int command(
      ConsoleOptions console, ShortId campaign, String command, Query query, Map<String, ?> body) {
    try (ConsoleClient client = console.client()) {
      UUID id = client.campaign(campaign);
      JsonNode answer = client.post(query.after(path(id) + "/" + command), body);
      console.print(
          answer,
          () -> {
            console.line("%s is on its way to %s", command, id);
            tellLeft(console, answer);
          });
      Unchecked.warn(console, answer);
    }
    return 0;
  }

  @Command(name = "status", description = "Shows a campaign.", mixinStandardHelpOptions = true)
  int status(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get("/api/campaigns/" + campaign);
      console.print(answer, () -> CampaignLines.one(console, answer));
    }
    return 0;
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
      @Option(
              names = "--idempotency-key",
              paramLabel = "KEY",
              defaultValue = "${env:SLUICE_DUPLICATE_IDEMPOTENCY_KEY}",
              description =
                  "A mark of this call, by which repeating it makes no second draft"
                      + " (SLUICE_DUPLICATE_IDEMPOTENCY_KEY; none).")
          @Nullable String idempotencyKey,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      String query = "recipients=" + ConsoleClient.segment(String.join(",", recipients));
      JsonNode answer =
          client.duplicate(
              client.campaign(campaign),
              query,
              idempotencyKey == null ? Map.of() : Map.of("Idempotency-Key", idempotencyKey));
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
      description = "Lists the newest 200 campaigns.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin ConsoleOptions console,
      @Option(
              names = "--archived",
              defaultValue = "${env:SLUICE_LIST_ARCHIVED:-false}",
              fallbackValue = "true",
              description =
                  "Also those that were archived (SLUICE_LIST_ARCHIVED; ${DEFAULT-VALUE}).")
          boolean archived,
      @Option(
              names = "--search",
              paramLabel = "TEXT",
              defaultValue = "${env:SLUICE_LIST_SEARCH:-}",
              description =
                  "Only those whose names contain this, in any case (SLUICE_LIST_SEARCH; all).")
          String search,
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              defaultValue = "${env:SLUICE_LIST_STATUS:-}",
              description = "Only those in this state, like PAUSED (SLUICE_LIST_STATUS; all).")
          String status,
      @Option(
              names = "--sender",
              paramLabel = "ID",
              defaultValue = "${env:SLUICE_LIST_SENDER:-}",
              description = "Only those of this sender (SLUICE_LIST_SENDER; all).")
          String sender,
      @Option(
              names = "--from",
              paramLabel = "TIME",
              defaultValue = "${env:SLUICE_LIST_FROM}",
              description =
                  "Only those created at this time or later, like 2027-03-01T09:00:00Z"
                      + " (SLUICE_LIST_FROM; all).")
          @Nullable Instant from,
      @Option(
              names = "--until",
              paramLabel = "TIME",
              defaultValue = "${env:SLUICE_LIST_UNTIL}",
              description = "Only those created before this time (SLUICE_LIST_UNTIL; all).")
          @Nullable Instant until) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer =
          client.get(
              "/api/campaigns?archived="
                  + archived
                  + "&search="
                  + ConsoleClient.segment(search)
                  + "&status="
                  + ConsoleClient.segment(status)
                  + "&senderId="
                  + ConsoleClient.segment(sender)
                  + (from == null ? "" : "&createdFrom=" + from)
                  + (until == null ? "" : "&createdUntil=" + until));
      console.print(answer, () -> CampaignLines.list(console, answer));
    }
    return 0;
  }

  @Command(
      name = "errors",
      description = "Says why recipients failed, are in doubt or were skipped.",
      mixinStandardHelpOptions = true)
  int errors(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get(path(client.campaign(campaign)) + "/errors");
      console.print(answer, () -> CampaignLines.errors(console, answer));
    }
    return 0;
  }

  @Command(
      name = "replies",
      description = "Lists the newest 100 replies: what recipients wrote back and pressed.",
      mixinStandardHelpOptions = true)
  int replies(
      @Mixin ConsoleOptions console,
      @Parameters(paramLabel = "CAMPAIGN", description = ID) ShortId campaign) {
    try (ConsoleClient client = console.client()) {
      JsonNode answer = client.get(path(client.campaign(campaign)) + "/replies");
      console.print(answer, () -> CampaignLines.replies(console, answer));
    }
    return 0;
  }

  static String path(UUID campaign) {
    return "/api/campaigns/" + campaign;
  }
}
