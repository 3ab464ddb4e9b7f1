package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.WhatsAppSimulator;

/**
 * I3: no sliding second at the provider holds more than the rate and a margin for the way there,
 * which on a machine that runs everything at once is a matter of scheduling.
 */
record RateHeld(WhatsAppSimulator simulator, double ratePerSecond) implements Guarantee {
  private static final double MARGIN = 1.10;

  @Override
  public void verify() {
    assertThat(simulator.report().maxInOneSecond())
        .isLessThanOrEqualTo((int) Math.ceil(ratePerSecond * MARGIN) + 1);
    assertThat(simulator.report().throttled()).as("refused by the provider").isZero();
  }
}
