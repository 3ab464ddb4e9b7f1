package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.local.AcceptedMessages;
import dev.sluice.local.Trouble;
import dev.sluice.schema.CampaignCommand;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** Faults in the provider's responses to one sender. */
final class ProviderFaults {
  private static final double RATE = 80;
  private static final double FAST = 1_000;

  /**
   * How much may be in doubt with a provider that has gone silent, as time at the sender's rate.
   */
  private static final Duration MOST_IN_DOUBT = Duration.ofSeconds(6);

  private static final Duration BACK_WITHIN = Duration.ofSeconds(10);

  private ProviderFaults() {}

  static Incident wrongAnswers(Scene scene, Trouble.Mode mode, Consumer<String> story) {
    return new WrongAnswers(scene, scene.victim(20_000, RATE), RATE, mode, story);
  }

  /** The silence of a provider that takes enough to fill all of a worker's places in flight. */
  static Incident fastSilence(Scene scene, Consumer<String> story) {
    return new WrongAnswers(scene, scene.victim(20_000, FAST), FAST, Trouble.Mode.SILENCE, story);
  }

  /** Responses that say nothing about the message, which the provider has taken all the same. */
  private static final class WrongAnswers implements Incident {
    private final Scene scene;
    private final CampaignRun victim;
    private final String address;
    private final double rate;
    private final Trouble.Mode mode;
    private final Consumer<String> story;
    private long acceptedBefore;

    WrongAnswers(
        Scene scene, CampaignRun victim, double rate, Trouble.Mode mode, Consumer<String> story) {
      this.scene = scene;
      this.victim = victim;
      this.address = victim.sender();
      this.rate = rate;
      this.mode = mode;
      this.story = story;
    }

    @Override
    public void begin() throws Exception {
      victim.start();
      scene.awaitSending(victim, rate);
      scene.answerWrongly(address, mode);
      acceptedBefore = accepted().count(address);
    }

    @Override
    public void tookPlace() {
      // "No answer", or "few answers" if enough are overdue while the last ones still come.
      scene.awaitLine("answers to " + address + ": ", " answer", " since ");
    }

    @Override
    public void end() throws Exception {
      long inDoubt = accepted().count(address) - acceptedBefore;
      scene.answerRightly(address);
      long endedNanos = System.nanoTime();
      long acceptedThen = accepted().count(address);
      await("the victim goes on by itself")
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> accepted().count(address) - acceptedThen > RATE);
      Duration back = Duration.ofNanos(System.nanoTime() - endedNanos);
      story.accept(
          String.format(
              Locale.ROOT,
              "  %d taken without a right answer, %.1f s of the rate; %.0f more were sent"
                  + " %.1f s after the provider's return",
              inDoubt,
              inDoubt / rate,
              RATE,
              back.toMillis() / 1e3));
      scene.command(CampaignCommand.Action.CANCEL, victim);
      assertThat(inDoubt).isLessThanOrEqualTo((long) (MOST_IN_DOUBT.toSeconds() * rate));
      if (scene.measured()) {
        assertThat(back).isLessThanOrEqualTo(BACK_WITHIN);
      }
    }

    private AcceptedMessages accepted() {
      return scene.simulator().accepted();
    }
  }

  /** The provider refuses every second recipient with a rate-limit error. */
  static Incident throttled(Scene scene) {
    CampaignRun victim = scene.victim(20_000, RATE);
    String refusal = "\\+55118.*=130429/429";
    return Incident.passing(
        () -> {
          scene.sql(
              "UPDATE sluice.campaign_recipient SET phone = '+55118' || substr(phone, 7)"
                  + " WHERE campaign_id = ? AND id % 2 = 0",
              victim.id());
          scene.refuse(refusal);
          victim.start();
        },
        () ->
            await("it is throttled, and goes on")
                .atMost(Duration.ofMinutes(1))
                .until(() ->
                    scene.taken(victim) > 0
                        && scene.metric(
                                "sluice_worker_outcomes_total",
                                "outcome=\"throttled\"",
                                "sender=\"" + victim.sender() + "\"")
                            > 1),
        () -> {
          scene.refuseNoLonger(refusal);
          scene.command(CampaignCommand.Action.CANCEL, victim);
        });
  }
}
