package dev.sluice.schema;

/**
 * How a sender's lanes share its rate. They share it in whole messages, so that even in their
 * fullest second all lanes together do not exceed the rate, rounded up. Each lane in use has at
 * least 1 message/s; the first also has the fractional remainder.
 *
 * @param ratePerSecond the sender's rate, messages/s
 * @param lanes how many lanes it has; no more are used than the whole messages it may send in a
 *     second
 */
public record LaneRates(double ratePerSecond, int lanes) {

  /** Returns how many of the lanes are used, counted from the first. */
  public int used() {
    return Math.clamp(whole(), 1, lanes);
  }

  private long whole() {
    return (long) ratePerSecond;
  }

  /** Returns the rate of a lane in use, messages/s, at least {@link SendRequest#SLOWEST}. */
  public double permitsPerSecond(int lane) {
    long share = whole() / used() + (lane < whole() % used() ? 1 : 0);
    double fraction = lane == 0 ? ratePerSecond - whole() : 0;
    return Math.max(SendRequest.SLOWEST, share + fraction);
  }

  /** Returns the lane of the given turn. Lanes take turns in proportion to their rates. */
  public int inTurn(long turn) {
    return (int) (turn % Math.max(1, whole()) % used());
  }
}
