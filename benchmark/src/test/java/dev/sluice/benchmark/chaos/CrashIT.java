package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Sandbox;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Roles in their own JVMs, killed or stopped in the middle of a campaign. */
class CrashIT {
  private static final double RATE = 100;
  private static final int RECIPIENTS = 1_000;

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

  private Watch watch(Guarantee inDoubtAsExpected) {
    return new Watch(
        List.of(
            new SentOnce(simulator, campaign),
            new CountersEqualRows(campaign),
            new StatusOnlyRises(campaign),
            new EverybodySettled(campaign),
            new RateHeld(simulator, RATE),
            inDoubtAsExpected),
        Duration.ofMinutes(2));
  }

  @Test
  void everyRoleIsKilledOnceAndEverybodyGetsTheMessageOnce() throws Exception {
    Watch watch = watch(inDoubt);
    fleet.start("producer", 1);
    fleet.start("status-aggregator", 1);
    fleet.start("worker", 2);
    watch.until("everybody is ready", fleet::ready);
    campaign.start();

    watch.until("200 are accepted", () -> simulator.accepted().count() >= 200);
    fleet.kill("worker 1");
    fleet.start("worker 1");
    inDoubt.remember();
    watch.until("500 are accepted", () -> simulator.accepted().count() >= 500);
    fleet.kill("status-aggregator 1");
    fleet.start("status-aggregator 1");
    watch.until("800 are accepted", () -> simulator.accepted().count() >= 800);
    fleet.kill("producer 1");
    fleet.start("producer 1");

    watch.untilCompleted(campaign);
  }

  @Test
  void aPlannedStopInTheMiddleLeavesNobodyInDoubt() throws Exception {
    Watch watch = watch(new NobodyInDoubt(campaign));
    fleet.start("producer", 1);
    fleet.start("status-aggregator", 1);
    fleet.start("worker", 2);
    watch.until("everybody is ready", fleet::ready);
    campaign.start();

    watch.until("300 are accepted", () -> simulator.accepted().count() >= 300);
    assertThat(fleet.stop("worker 1")).isTrue();
    fleet.start("worker 3");
    watch.until("700 are accepted", () -> simulator.accepted().count() >= 700);
    assertThat(fleet.stop("worker 2")).isTrue();

    watch.untilCompleted(campaign);
  }
}
