package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;

/**
 * I3: nobody sends faster than the rate, whoever owns the lanes. Looked at over a few seconds: on a
 * machine that runs everything at once messages bunch on their way, which says nothing about those
 * who sent them. Single seconds are looked at by {@code sluice benchmark scaling}, which has the
 * machine for itself.
 */
record RateHeld(WhatsAppSimulator simulator, double ratePerSecond) implements Guarantee {
  private static final Duration TIME = Duration.ofSeconds(5);
  private static final double MARGIN = 1.10;

  @Override
  public void verify() {
    assertThat(simulator.accepted().maxIn(TIME))
        .as("messages in %s at %s/s", TIME, ratePerSecond)
        .isLessThanOrEqualTo((int) Math.ceil(ratePerSecond * TIME.toSeconds() * MARGIN) + 1);
    assertThat(simulator.report().throttled()).as("refused by the provider").isZero();
  }
}
