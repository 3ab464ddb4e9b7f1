package dev.sluice.benchmark.chaos;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.SimulatorReport;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** A sender whose configured rate exceeds what the provider allows. */
public final class Throttling {
  private static final int RECIPIENTS = 5_000;
  private static final double WANTED = 500;
  private static final double ALLOWED = 300;

  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param story receives a line for each measurement
   */
  public Throttling(Consumer<String> story) {
    this.story = story;
  }

  /** Runs it. */
  public void run() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      TestEnvironment environment = TestEnvironment.create(servers, 2);
      try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(ALLOWED));
          CampaignRun campaign = new CampaignRun(environment, RECIPIENTS, WANTED, 1);
          Fleet fleet = new Fleet(environment, simulator.url())) {
        Watch watch =
            new Watch(
                List.of(
                    new SentOnce(simulator, campaign),
                    new CountersEqualRows(campaign),
                    new EverybodySettled(campaign)),
                Duration.ofMinutes(3));
        fleet.start("producer", 1);
        fleet.start("status-aggregator", 1);
        fleet.start("worker", 1);
        watch.until("everybody is ready", fleet::ready);
        campaign.start();
        watch.until("the first refusals", () -> simulator.report().throttled() > 0);
        long from = simulator.accepted().count();
        long begun = System.nanoTime();
        watch.until(
            "nearly all are sent", () -> simulator.accepted().count() >= RECIPIENTS * 95 / 100);
        double steady = (simulator.accepted().count() - from) / ((System.nanoTime() - begun) / 1e9);
        watch.untilCompleted(campaign);
        SimulatorReport report = simulator.report();
        story.accept(
            String.format(
                Locale.ROOT,
                "%d recipients at %.0f/s where %.0f/s are allowed: %.0f/s (%.0f %%) in the steady"
                    + " part, %d of %d requests refused (%.1f %%); %s, %d twice",
                RECIPIENTS,
                WANTED,
                ALLOWED,
                steady,
                100 * steady / ALLOWED,
                report.throttled(),
                report.throttled() + report.accepted(),
                100.0 * report.throttled() / (report.throttled() + report.accepted()),
                campaign.counts(),
                report.duplicates()));
      }
    }
  }
}
