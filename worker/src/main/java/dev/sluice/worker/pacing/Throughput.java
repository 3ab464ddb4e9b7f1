package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * A lane's actual throughput while something other than its rate holds it up: too few places in
 * flight, a breaker that lets few through, a slow provider. An average over the last seconds.
 */
public final class Throughput {
  /** Shorter, the sends of a slow lane are too few to tell; longer, a hold-up is noticed later. */
  private static final double AVERAGED_SECONDS = 3;

  /** A lane that sends more than this share of its rate is not worth returning requests for. */
  private static final double NOTICEABLY = 0.8;

  /** A hold-up counts until nothing was held up for this long. */
  private static final long HELD_UP_NANOS = Duration.ofSeconds(1).toNanos();

  private double perSecond;
  private long updatedNanos;
  private boolean everHeldUp;
  private long heldUpNanos;

  /**
   * Records that it has something to send after a time with nothing, and is expected to keep its
   * rate.
   */
  public void begin(double permitsPerSecond, long nowNanos) {
    perSecond = permitsPerSecond;
    updatedNanos = nowNanos;
  }

  /** Records a send. */
  public void sent(long nowNanos) {
    decay(nowNanos);
    perSecond += 1 / AVERAGED_SECONDS;
  }

  /** Records that the rate would have allowed more sends. */
  public void heldUp(long nowNanos) {
    everHeldUp = true;
    heldUpNanos = nowNanos;
  }

  /**
   * Returns whether something other than the rate holds it up, so that it sends noticeably less.
   */
  public boolean isHeldUp(double permitsPerSecond, long nowNanos) {
    return everHeldUp
        && nowNanos - heldUpNanos < HELD_UP_NANOS
        && perSecond(nowNanos) < NOTICEABLY * permitsPerSecond;
  }

  /** Returns what it sends, messages/s. */
  public double perSecond(long nowNanos) {
    decay(nowNanos);
    return perSecond;
  }

  private void decay(long nowNanos) {
    perSecond *= Math.exp((updatedNanos - nowNanos) / 1e9 / AVERAGED_SECONDS);
    updatedNanos = nowNanos;
  }
}
