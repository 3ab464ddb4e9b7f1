package dev.sluice.local;

import java.time.Duration;
import java.util.Random;

/** Draws the fate of each message, repeatably by seed. */
final class Fate {
  private final SimulatorConfig config;
  private final Random random;

  Fate(SimulatorConfig config) {
    this.config = config;
    random = new Random(config.seed());
  }

  /**
   * The fate of a message.
   *
   * @param latency the time until the response
   * @param error whether it is refused with a provider error
   * @param hang whether it is accepted but never answered
   */
  record Lot(Duration latency, boolean error, boolean hang) {}

  synchronized Lot draw(double errorShare) {
    // Log-normal, as latencies are; the 99th percentile is 2.326 standard deviations above the
    // median.
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
