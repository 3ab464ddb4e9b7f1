package dev.sluice.cli;

import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Prints what the console answers about campaigns, line by line. */
final class CampaignLines {
  private static final int SHORT = 8;
  private static final int WHOLE = 36;

  private CampaignLines() {}

  static void one(ConsoleOptions console, JsonNode campaign) {
    console.line("%-12s %s", "name", campaign.path("name").asString(""));
    console.line("%-12s %s", "status", console.status(campaign.path("status").asString(""), 0));
    String reason = campaign.path("statusReason").asString("");
    if (!reason.isEmpty()) {
      console.line("%-12s %s", "because", reason);
    }
    JsonNode next = campaign.path("nextZone");
    if (next.isObject()) {
      console.line(
          "%-12s %s from %s on",
          "next", next.path("timeZone").asString(""), next.path("at").asString(""));
    }
    console.line("%-12s %s", "recipients", count(campaign.path("total")));
    console.line("%-12s %s", "pending", count(campaign.path("pending")));
    campaign
        .path("counts")
        .properties()
        .forEach(count -> console.line("%-12s %d", count.getKey(), count.getValue().asLong()));
    console.line("%-12s %s", "replied", count(campaign.path("replied")));
    campaign
        .path("clicks")
        .forEach(click ->
            console.line(
                "%-12s %d %s",
                "clicks", click.path("count").asLong(), click.path("button").asString("")));
  }

  static void list(ConsoleOptions console, JsonNode campaigns) {
    List<String> ids = campaigns.valueStream().map(row -> row.path("id").asString("")).toList();
    int width = distinct(ids);
    console.line(
        "%-" + width + "s  %-10s %10s %10s  %s", "ID", "STATUS", "TOTAL", "PENDING", "NAME");
    campaigns.forEach(row -> {
      String id = row.path("id").asString("");
      console.line(
          "%s  %s %10s %10s  %s",
          beginning(id, width),
          console.status(row.path("status").asString(""), 10),
          count(row.path("total")),
          count(row.path("pending")),
          row.path("name").asString(""));
    });
  }

  /** Returns how many characters tell ids apart, and at least as many as logs print. */
  static int distinct(List<String> ids) {
    return IntStream.range(SHORT, WHOLE)
        .filter(length ->
            ids.stream().map(id -> beginning(id, length)).distinct().count() == ids.size())
        .findFirst()
        .orElse(WHOLE);
  }

  private static String beginning(String id, int length) {
    return id.substring(0, Math.min(length, id.length()));
  }

  static void errors(ConsoleOptions console, JsonNode errors) {
    console.line("%10s  %-18s %-5s  %s", "PEOPLE", "CODE", "RETRY", "WHAT IT MEANS");
    errors.forEach(row ->
        console.line(
            "%10d  %-18s %-5s  %s",
            row.path("count").asLong(),
            row.path("code").asString("-"),
            retry(row.path("retryHelps")),
            row.path("words").asString("")));
  }

  static void replies(ConsoleOptions console, JsonNode page) {
    console.line("%-24s  %-16s  %-6s  %s", "TIME", "NUMBER", "KIND", "TEXT");
    page.path("replies")
        .forEach(row ->
            console.line(
                "%-24s  %-16s  %-6s  %s",
                row.path("at").asString(""),
                row.path("phone").asString(""),
                row.path("kind").asString(""),
                row.path("text").asString("")));
    if (page.path("next").isNumber()) {
      console.line(
          "these are the newest %d; the campaign's page has all of them, also as a file",
          page.path("replies").size());
    }
  }

  /** Formats a count, which the console leaves out if counting takes too long. */
  static String count(JsonNode people) {
    return people.isNumber() ? people.asString() : "uncounted";
  }

  private static String retry(JsonNode helps) {
    return helps.isBoolean() ? (helps.asBoolean() ? "helps" : "no") : "?";
  }
}
