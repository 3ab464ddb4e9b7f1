package dev.sluice.cli;

import dev.sluice.schema.ShortId;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Shows a campaign's progress in a terminal. */
@Command(
    name = "watch",
    description = "Follows a campaign until it has ended.",
    mixinStandardHelpOptions = true)
final class CampaignWatchCommand implements Callable<Integer> {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  /** How long the console may be busy or away before the command gives up. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Set<String> ENDED = Set.of("COMPLETED", "CANCELLED");

  @Mixin private ConsoleOptions console = new ConsoleOptions();

  @Parameters(paramLabel = "CAMPAIGN", description = CampaignCommands.ID)
  private ShortId campaign;

  private boolean answered;
  private long lastAnswerNanos = System.nanoTime();

  // picocli sets the campaign before it calls.
  @SuppressWarnings("NullAway.Init")
  CampaignWatchCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    try (ConsoleClient client = console.client()) {
      String path = CampaignCommands.path(patiently(() -> client.campaign(campaign)));
      JsonNode answer = patiently(() -> client.get(path));
      try (ProgressBar bar =
          new ProgressBarBuilder()
              .setTaskName(Printable.of(answer.path("name").asString("")))
              .setInitialMax(total(answer))
              .build()) {
        while (true) {
          bar.maxHint(total(answer));
          bar.stepTo(settled(answer));
          bar.setExtraMessage(" " + answer.path("status").asString("") + pace(answer));
          if (ENDED.contains(answer.path("status").asString(""))) {
            break;
          }
          Thread.sleep(LOOK_EVERY);
          answer = patiently(() -> client.get(path));
        }
      }
      JsonNode end = answer;
      console.print(end, () -> CampaignLines.one(console, end));
      return end.path("status").asString("").equals("COMPLETED") ? 0 : 1;
    }
  }

  /** Asks again while the console is busy or, once it has answered, away. */
  private <T> T patiently(Supplier<T> question) throws InterruptedException {
    while (true) {
      try {
        T answer = question.get();
        answered = true;
        lastAnswerNanos = System.nanoTime();
        return answer;
      } catch (ConsoleClient.UnavailableException e) {
        boolean isThere = answered || e.wasReached();
        if (!isThere || System.nanoTime() - lastAnswerNanos > PATIENCE.toNanos()) {
          throw e;
        }
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  /** Returns the number of recipients; -1, for a bar without an end, if they were not counted. */
  static long total(JsonNode campaign) {
    JsonNode total = campaign.path("total");
    return total.isNumber() ? total.asLong() : -1;
  }

  /**
   * Returns the settled recipients, including results not written to rows yet, as these are written
   * in batches.
   */
  static long settled(JsonNode campaign) {
    long settled = Math.max(0, total(campaign) - campaign.path("pending").asLong(0));
    for (JsonNode unwritten : campaign.path("unwritten")) {
      settled += unwritten.asLong();
    }
    return settled;
  }

  /** Returns the rate of sending, not of writing, which is bursty, beside the permitted one. */
  static String pace(JsonNode campaign) {
    return campaign.path("perSecond").isNumber()
        ? String.format(
            Locale.ROOT,
            " %.1f of %s/s",
            campaign.path("perSecond").asDouble(),
            BigDecimal.valueOf(campaign.path("permittedPerSecond").asDouble())
                .stripTrailingZeros()
                .toPlainString())
        : "";
  }
}
