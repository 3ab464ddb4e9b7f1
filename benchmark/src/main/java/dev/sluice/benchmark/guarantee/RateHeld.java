package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Moments;
import dev.sluice.local.WhatsAppSimulator;
import java.util.Locale;

/**
 * I3: a sender's workers write no more than its rate within any second, whoever pauses, resumes,
 * dies or takes over. Writes count, not arrivals, which bunch up in transit.
 */
public final class RateHeld implements Guarantee {
  /** The share that a lane may make up for in a second, in whole messages (the sliding window). */
  private static final double CATCH_UP = 1 / 160.0;

  private static final double SHARED = 0.02;

  /**
   * For how long a core may be busy with other threads between a permit and its first byte, s. Cold
   * processes on two cores wrote 82 and 83 in a second at 80/s.
   */
  private static final double DELAY = 0.04;

  private final WhatsAppSimulator simulator;
  private final String address;
  private final double rate;
  private final int lanes;
  private final long sinceMicros;
  private final int slack;

  /**
   * Creates the guarantee for what is written from now on.
   *
   * @param address the sender's phone number id
   * @param rate the sender's rate, messages/s
   * @param lanes the sender's lanes
   */
  public RateHeld(WhatsAppSimulator simulator, String address, double rate, int lanes) {
    this(simulator, address, rate, lanes, Moments.now(), (int) Math.ceil(rate * DELAY));
  }

  private RateHeld(
      WhatsAppSimulator simulator,
      String address,
      double rate,
      int lanes,
      long sinceMicros,
      int slack) {
    this.simulator = simulator;
    this.address = address;
    this.rate = rate;
    this.lanes = lanes;
    this.sinceMicros = sinceMicros;
    this.slack = slack;
  }

  /**
   * Returns the same for a machine on which much else runs: there many threads at once wait for a
   * core between their permits and their first bytes.
   */
  public RateHeld onABusyMachine() {
    return new RateHeld(
        simulator, address, rate, lanes, sinceMicros, 1 + (int) Math.ceil(rate / 10));
  }

  /**
   * Returns the most that a sender may write within any second if no thread is delayed.
   *
   * <p>One lane has one owner, who permits the rate, rounded up, and what may be made up for. At
   * least one more is allowed, because a thread may be held up for some milliseconds between its
   * permit and its first byte, and then writes in the next one's second.
   *
   * <p>Several lanes add up to the same rate, but each rounds what it makes up for: at 80/s a lane
   * may send one more, 1.25 %. Each of several workers may also hold up a thread at the same time,
   * for which 0.75 % remain.
   */
  public static int most(double rate, int lanes) {
    int permitted = (int) Math.ceil(rate);
    return lanes == 1
        ? permitted + Math.max(1, (int) Math.round(rate * CATCH_UP))
        : permitted + 1 + (int) (rate * SHARED);
  }

  /** Returns the most that were written within a second. */
  public int written() {
    return since(simulator.written().written(address)).worstSecond();
  }

  /** Returns the most that arrived within a second. */
  public int arrived() {
    return since(simulator.written().arrived(address)).worstSecond();
  }

  private Moments since(Moments moments) {
    return moments.between(sinceMicros, Long.MAX_VALUE);
  }

  @Override
  public void verify() {
    assertThat(written())
        .as(
            "the most that %s wrote within a second, at %s/s in %d lanes; %d arrived in one",
            address, rate, lanes, arrived())
        .isBetween(1, most(rate, lanes) + slack);
  }

  /** Returns the one whose sender has written more within a second. */
  public RateHeld fuller(RateHeld other) {
    return other.written() > written() ? other : this;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, of %.0f/s: at most %d written and %d arrived in a second",
        address,
        rate,
        written(),
        arrived());
  }
}
