package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** Faults of the connections to a provider that only one sender has. */
final class ConnectionFaults {
  /** The provider at a host that does not exist. */
  static final String NOWHERE = "nowhere";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration BACK_WITHIN = Duration.ofSeconds(10);
  private static final int RATE = 80;
  private static final int PEOPLE = 15 * RATE;
  private static final int LEAST_CLOSED = 10;

  private ConnectionFaults() {}

  /**
   * No connection can be opened any longer. So nothing is written and everybody is sent to
   * afterwards, except for those who were written to when their connections were closed.
   */
  static Incident unopened(Scene scene, Gate gate, Gate.State state, Consumer<String> story) {
    CampaignRun victim = scene.victim(PEOPLE, RATE);
    return Incident.passing(
        () -> {
          startAt(scene, Gate.PROVIDER, victim);
          scene.awaitSending(victim, RATE);
          gate.become(state);
        },
        () -> awaitNoConnection(scene, victim),
        () -> {
          long taken = scene.taken(victim);
          gate.become(Gate.State.OPEN);
          long openedNanos = System.nanoTime();
          await("the victim sends by itself")
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(100))
              .until(() -> scene.taken(victim) - taken > RATE);
          Duration back = Duration.ofNanos(System.nanoTime() - openedNanos);
          story.accept(
              String.format(
                  Locale.ROOT,
                  "  a second of the rate was sent %.1f s after connections could be opened",
                  back.toMillis() / 1e3));
          await("everybody is sent to").atMost(PATIENCE).until(victim::completed);
          new EverybodySettled(victim).verify();
          assertThat(victim.counts().getOrDefault(RecipientStatus.UNCONFIRMED, 0L))
              .isLessThanOrEqualTo(RATE);
          if (scene.measured()) {
            assertThat(back).isLessThanOrEqualTo(BACK_WITHIN);
          }
        });
  }

  /** It never ends by itself, as names cannot be added here. */
  static Incident unknownHost(Scene scene) {
    CampaignRun victim = scene.victim(PEOPLE, RATE);
    return Incident.passing(
        () -> startAt(scene, NOWHERE, victim),
        () -> {
          awaitNoConnection(scene, victim);
          assertThat(victim.counts()).containsOnlyKeys(RecipientStatus.PENDING);
        },
        () -> {
          scene.command(CampaignCommand.Action.CANCEL, victim);
          scene.unblock(victim.sender());
        });
  }

  private static void startAt(Scene scene, String provider, CampaignRun victim) throws Exception {
    scene.sql("UPDATE sluice.sender SET provider = ? WHERE id = ?", provider, victim.sender());
    victim.start();
  }

  private static void awaitNoConnection(Scene scene, CampaignRun victim) {
    scene.awaitLine("provider of " + victim.sender() + ": ", SendOutcome.Unavailable.NOT_CONNECTED);
  }

  /** Kept connections are closed again and again, while the victim sends. */
  static Incident closed(Scene scene, Gate gate, Consumer<String> story) {
    return new Closed(scene, gate, scene.victim(20_000, RATE), story);
  }

  private static final class Closed implements Incident {
    private final Scene scene;
    private final Gate gate;
    private final CampaignRun victim;
    private final Consumer<String> story;
    private long takenBefore;

    Closed(Scene scene, Gate gate, CampaignRun victim, Consumer<String> story) {
      this.scene = scene;
      this.gate = gate;
      this.victim = victim;
      this.story = story;
    }

    @Override
    public void begin() throws Exception {
      startAt(scene, Gate.PROVIDER, victim);
      scene.awaitSending(victim, RATE);
      gate.become(Gate.State.CLOSING);
      takenBefore = scene.taken(victim);
    }

    @Override
    public void tookPlace() {
      await("connections are closed").atMost(PATIENCE).until(() -> gate.closed() > LEAST_CLOSED);
      await("the victim goes on")
          .atMost(PATIENCE)
          .until(() -> scene.taken(victim) - takenBefore > RATE);
    }

    @Override
    public void end() throws Exception {
      story.accept(
          "  the victim sent "
              + (scene.taken(victim) - takenBefore)
              + " more, while "
              + gate.closed()
              + " of its connections were closed");
      gate.become(Gate.State.OPEN);
      scene.command(CampaignCommand.Action.CANCEL, victim);
    }
  }
}
