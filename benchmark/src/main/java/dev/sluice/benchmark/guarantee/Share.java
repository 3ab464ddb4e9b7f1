package dev.sluice.benchmark.guarantee;

/**
 * How much neighbours must send while a fault lasts.
 *
 * @param least the least share, 0 to 1
 * @param ofRate whether it is one of their rate; otherwise it is one of what they sent right before
 *     the fault, which does not depend on how fast the machine is
 */
public record Share(double least, boolean ofRate) {

  /** Returns a share of their rate. */
  public static Share ofRate(double least) {
    return new Share(least, true);
  }

  /** Returns a share of what they sent before. */
  public static Share ofBefore(double least) {
    return new Share(least, false);
  }
}
