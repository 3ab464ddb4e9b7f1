package dev.sluice.guarantees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.Sandbox;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Roles in their own JVMs, killed in the middle of a campaign, under every guarantee. */
class CrashIT {
  private static final double RATE = 100;
  private static final int RECIPIENTS = 1_500;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Sandbox sandbox = Sandbox.create(4);
  private final WhatsAppSimulator simulator =
      new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2));
  private final CampaignRun campaign = new CampaignRun(sandbox, RECIPIENTS, RATE, 2);
  private final List<RoleJvm> processes = new ArrayList<>();
  private final List<Guarantee> guarantees =
      new ArrayList<>(
          List.of(
              new SentOnce(simulator, campaign),
              new CountersEqualRows(campaign),
              new StatusOnlyRises(campaign),
              new RateHeld(simulator, RATE)));

  @AfterEach
  void stop() {
    processes.forEach(RoleJvm::close);
    simulator.close();
    campaign.close();
  }

  @Test
  void everyRoleIsKilledOnceAndEverybodyGetsTheMessageOnce() throws Exception {
    guarantees.add(new EverybodySettled(campaign, inFlight()));
    RoleJvm producer = role("producer");
    RoleJvm aggregator = role("status-aggregator");
    RoleJvm worker = role("worker");
    role("worker");
    campaign.start();

    whenAccepted(200);
    worker.kill();
    role("worker");
    whenAccepted(500);
    aggregator.kill();
    role("status-aggregator");
    whenAccepted(800);
    producer.kill();
    role("producer");

    completeUnderEveryGuarantee();
  }

  @Test
  void aPlannedStopInTheMiddleLeavesNobodyInDoubt() throws Exception {
    guarantees.add(new EverybodySettled(campaign, 0));
    role("producer");
    role("status-aggregator");
    RoleJvm worker = role("worker");
    RoleJvm other = role("worker");
    campaign.start();

    whenAccepted(300);
    assertThat(worker.stop()).isTrue();
    role("worker");
    whenAccepted(700);
    assertThat(other.stop()).isTrue();

    completeUnderEveryGuarantee();
  }

  /** Picked up to 0.4 s ahead, and under way for up to 0.4 s. */
  private static int inFlight() {
    return (int) (RATE * 0.8) + 4;
  }

  private RoleJvm role(String role) throws Exception {
    RoleJvm process = new RoleJvm(sandbox, simulator.url(), role);
    processes.add(process);
    return process;
  }

  private void whenAccepted(int messages) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          guarantees.forEach(Guarantee::sample);
          return simulator.report().accepted() >= messages;
        });
  }

  private void completeUnderEveryGuarantee() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> {
          guarantees.forEach(Guarantee::sample);
          return campaign.completed();
        });
    guarantees.forEach(Guarantee::verify);
  }
}
