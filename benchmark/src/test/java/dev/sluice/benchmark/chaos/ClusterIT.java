package dev.sluice.benchmark.chaos;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.NobodyInDoubt;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.StatusOnlyRises;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three brokers with a replication factor of three. */
@Tag("weekly")
class ClusterIT {
  private static final double RATE = 80;

  /** Longer than a send may be late, shorter than the time in which a transaction fails. */
  private static final Duration STALL = Duration.ofSeconds(4);

  @Test
  void brokersThatStallAndOneThatIsKilledLoseAndDoubleNothing() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(3)) {
      TestEnvironment environment = TestEnvironment.create(servers, 4);
      try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2));
          CampaignRun campaign = new CampaignRun(environment, 1_000, RATE, 2);
          Fleet fleet = new Fleet(environment, simulator.url(), Fleet.WRITING_SOON)) {
        Watch watch =
            new Watch(
                List.of(
                    new SentOnce(simulator, campaign),
                    new CountersEqualRows(campaign),
                    new StatusOnlyRises(campaign),
                    new EverybodySettled(campaign),
                    new NobodyInDoubt(campaign)),
                Duration.ofMinutes(3));
        fleet.start("producer", 1);
        fleet.start("status-aggregator", 1);
        fleet.start("worker", 2);
        watch.until("everybody is ready", fleet::ready);
        campaign.start();
        watch.until("300 are accepted", () -> simulator.accepted().count() >= 300);
        servers.kafka().freeze();
        long frozenNanos = System.nanoTime();
        watch.until("they stall", () -> System.nanoTime() - frozenNanos > STALL.toNanos());
        servers.kafka().thaw();
        watch.until("600 are accepted", () -> simulator.accepted().count() >= 600);
        servers.kafka().kill(2);

        watch.untilCompleted(campaign);
      }
    }
  }
}
