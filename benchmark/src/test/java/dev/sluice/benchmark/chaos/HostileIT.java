package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.NobodyInDoubt;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("weekly")
class HostileIT {
  private static final int PER_TOPIC = 10_000;
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());

  @Test
  void recordsThatNobodyCanReadGoToTheDeadLettersAndACampaignAmongThemCompletes() throws Exception {
    TestEnvironment environment = TestEnvironment.create(4);
    Hostile hostile = new Hostile(environment.kafka(), SEED);
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(400));
        CampaignRun campaign = new CampaignRun(environment, 500, 200, 2);
        Fleet fleet = new Fleet(environment, simulator.url(), Fleet.WRITING_SOON)) {
      Watch watch =
          new Watch(
              List.of(
                  new SentOnce(simulator, campaign),
                  new CountersEqualRows(campaign),
                  new EverybodySettled(campaign),
                  new NobodyInDoubt(campaign)),
              Duration.ofMinutes(3));
      fleet.start("producer", 1);
      fleet.start("status-aggregator", 1);
      fleet.start("worker", 1);
      watch.until("everybody is ready", fleet::ready);
      hostile.write(PER_TOPIC / 2);
      campaign.start();
      hostile.write(PER_TOPIC / 2);

      watch.untilCompleted(campaign);
      Map<String, Integer> all =
          hostile.topics().stream().collect(Collectors.toMap(topic -> topic, topic -> PER_TOPIC));
      await("every record has its dead letter, seed " + SEED)
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(() -> assertThat(Hostile.buried(environment.kafka())).isEqualTo(all));
      assertThat(fleet.ready()).isTrue();
    }
  }
}
