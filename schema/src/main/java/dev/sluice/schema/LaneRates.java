package dev.sluice.schema;

/**
 * How a sender's lanes share its rate: in whole messages, so that the fullest seconds of all of
 * them together hold no more than the rate, rounded up. Each lane in use has at least one message a
 * second, and the first has what is left of a fraction.
 *
 * @param ratePerSecond the sender's rate, messages/s
 * @param lanes how many it has; no more are used than it may send whole messages in a second
 */
public record LaneRates(double ratePerSecond, int lanes) {

  /** How many of the lanes are used, from the first on. */
  public int used() {
    return Math.clamp(whole(), 1, lanes);
  }

  private long whole() {
    return (long) ratePerSecond;
  }

  /** The rate of a lane in use, messages/s, and not below {@link SendRequest#SLOWEST}. */
  public double permitsPerSecond(int lane) {
    long share = whole() / used() + (lane < whole() % used() ? 1 : 0);
    double fraction = lane == 0 ? ratePerSecond - whole() : 0;
    return Math.max(SendRequest.SLOWEST, share + fraction);
  }

  /** The lane of a request: in turn, as often as its rate asks for. */
  public int inTurn(long turn) {
    return (int) (turn % Math.max(1, whole()) % used());
  }
}
