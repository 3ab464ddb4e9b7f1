package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Sandbox;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Roles in their own JVMs, killed or stopped in the middle of a campaign. */
class CrashIT {
  private static final double RATE = 100;
  private static final int RECIPIENTS = 1_200;

  private final Sandbox sandbox = Sandbox.create(4);
  private final WhatsAppSimulator simulator =
      new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2));
  private final CampaignRun campaign = new CampaignRun(sandbox, RECIPIENTS, RATE, 2);
  private final Fleet fleet = new Fleet(sandbox, simulator.url());
  private final InDoubtWereInFlight inDoubt = new InDoubtWereInFlight(sandbox.kafka(), campaign);

  @AfterEach
  void stop() {
    fleet.close();
    simulator.close();
    campaign.close();
  }

  @Test
  void workersAreStoppedAndEveryRoleIsKilledAndEverybodyGetsTheMessageOnce() throws Exception {
    Watch watch =
        new Watch(
            List.of(
                new SentOnce(simulator, campaign),
                new CountersEqualRows(campaign),
                new StatusOnlyRises(campaign),
                new EverybodySettled(campaign),
                new RateHeld(simulator, RATE),
                inDoubt),
            Duration.ofMinutes(2));
    fleet.start("producer", 1);
    fleet.start("status-aggregator", 1);
    fleet.start("worker", 2);
    watch.until("everybody is ready", fleet::ready);
    campaign.start();

    watch.until("200 are accepted", () -> simulator.accepted().count() >= 200);
    assertThat(fleet.stop("worker 1")).isTrue();
    fleet.start("worker 3");
    watch.until("400 are accepted", () -> simulator.accepted().count() >= 400);
    assertThat(fleet.stop("worker 2")).isTrue();
    fleet.start("worker 4");
    watch.until("what the stopped ones sent is written", () -> written() >= 500);
    new NobodyInDoubt(campaign).verify();

    fleet.kill("worker 3");
    fleet.start("worker 3");
    inDoubt.remember();
    watch.until("800 are accepted", () -> simulator.accepted().count() >= 800);
    fleet.kill("status-aggregator 1");
    fleet.start("status-aggregator 1");
    watch.until("1,000 are accepted", () -> simulator.accepted().count() >= 1_000);
    fleet.kill("producer 1");
    fleet.start("producer 1");

    watch.untilCompleted(campaign);
  }

  private long written() {
    return RECIPIENTS - campaign.counts().getOrDefault(RecipientStatus.PENDING, 0L);
  }
}
