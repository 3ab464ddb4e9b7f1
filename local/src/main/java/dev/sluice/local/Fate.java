package dev.sluice.local;

import java.time.Duration;
import java.util.Random;

/** Draws what becomes of each message: the same for the same seed. */
final class Fate {
  private final SimulatorConfig config;
  private final Random random;

  Fate(SimulatorConfig config) {
    this.config = config;
    random = new Random(config.seed());
  }

  /**
   * What becomes of a message.
   *
   * @param latency until it is answered
   * @param error whether it is not taken, because of an error of the provider's
   * @param hang whether it is taken and not answered
   */
  record Lot(Duration latency, boolean error, boolean hang) {}

  synchronized Lot draw(double errorShare) {
    // Log-normal, as latencies are; 2.326 standard deviations lie below the 99th of a hundred.
    double median = config.medianLatency().toNanos();
    double slow = config.slowLatency().toNanos();
    double spread = Math.log(slow / median) / 2.326;
    double latency = Math.min(median * Math.exp(spread * random.nextGaussian()), slow);
    double share = random.nextDouble();
    boolean error = share < errorShare;
    boolean hang = !error && share < errorShare + config.hangShare();
    return new Lot(Duration.ofNanos((long) latency), error, hang);
  }
}
