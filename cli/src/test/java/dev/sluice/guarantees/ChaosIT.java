package dev.sluice.guarantees;

import static org.awaitility.Awaitility.await;

import dev.sluice.local.Sandbox;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random roles die at random moments, under every guarantee. A short run by default; a long one by
 * {@code -Dchaos.recipients=20000 -Dchaos.rate=1000 -Dchaos.kills=20 -Dchaos.seed=7}.
 */
class ChaosIT {
  private static final int RECIPIENTS = Integer.getInteger("chaos.recipients", 2_500);
  private static final int RATE = Integer.getInteger("chaos.rate", 150);
  private static final int KILLS = Integer.getInteger("chaos.kills", 4);
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  private final Random random = new Random(SEED);
  private final Sandbox sandbox = Sandbox.create(6);
  private final WhatsAppSimulator simulator =
      new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2.0));
  private final CampaignRun campaign = new CampaignRun(sandbox, RECIPIENTS, RATE, 3);
  private final Map<String, RoleJvm> running = new LinkedHashMap<>();
  private final List<Guarantee> guarantees =
      List.of(
          new SentOnce(simulator, campaign),
          new CountersEqualRows(campaign),
          new StatusOnlyRises(campaign),
          // Picked up to 0.4 s ahead and under way for up to 0.4 s, at each death.
          new EverybodySettled(campaign, (int) (KILLS * (RATE * 0.8 + 4))));

  @AfterEach
  void stop() {
    running.values().forEach(RoleJvm::close);
    simulator.close();
    campaign.close();
  }

  @Test
  @DisplayName("random roles are killed at random moments")
  void randomRolesAreKilledAtRandomMoments() throws Exception {
    startAll();
    for (int kill = 1; kill <= KILLS; kill++) {
      whenAccepted(moment(kill));
      String victim = List.copyOf(running.keySet()).get(random.nextInt(running.size()));
      running.get(victim).kill();
      start(victim);
    }
    completeUnderEveryGuarantee();
  }

  /** A worker that is frozen until others have its partitions must not send when it thaws. */
  @Test
  @DisplayName("a frozen worker thaws after it has lost its partitions")
  void aFrozenWorkerThawsAfterItHasLostItsPartitions() throws Exception {
    startAll();
    whenAccepted(RECIPIENTS / 4);
    RoleJvm zombie = running.get("worker 1");
    zombie.freeze();
    whenAccepted(RECIPIENTS * 3 / 4);
    zombie.thaw();
    completeUnderEveryGuarantee();
  }

  private int moment(int kill) {
    int share = RECIPIENTS * 9 / 10 / KILLS;
    return (kill - 1) * share + random.nextInt(share);
  }

  private void startAll() throws Exception {
    List<String> roles = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      roles.add("producer " + i);
      roles.add("status-aggregator " + i);
    }
    for (int i = 1; i <= 3; i++) {
      roles.add("worker " + i);
    }
    for (String role : roles) {
      start(role);
    }
    campaign.start();
  }

  private void start(String name) throws Exception {
    running.put(name, new RoleJvm(sandbox, simulator.url(), name.split(" ", 2)[0]));
  }

  private void whenAccepted(int messages) {
    await("seed " + SEED + ": " + messages + " messages are accepted")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          guarantees.forEach(Guarantee::sample);
          return simulator.accepted() >= messages;
        });
  }

  private void completeUnderEveryGuarantee() {
    await("seed " + SEED + ": the campaign completes")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> {
          guarantees.forEach(Guarantee::sample);
          return campaign.completed();
        });
    guarantees.forEach(Guarantee::verify);
  }
}
