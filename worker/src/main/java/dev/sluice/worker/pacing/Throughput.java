package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * What a lane really sends while something else than its rate holds it up: too few slots, a breaker
 * that lets few through, a provider that takes long. An average of the last seconds.
 */
public final class Throughput {
  private static final double AVERAGED_SECONDS = 3;

  private static final double NOTICEABLY = 0.8;

  /** A hold-up counts until nothing was held up for so long. */
  private static final long HELD_UP_NANOS = Duration.ofSeconds(1).toNanos();

  private double perSecond;
  private long updatedNanos;
  private boolean everHeldUp;
  private long heldUpNanos;

  /** It has something to send, after a time with nothing, and is expected to keep its rate. */
  public void begin(double permitsPerSecond, long nowNanos) {
    perSecond = permitsPerSecond;
    updatedNanos = nowNanos;
  }

  /** One more was sent. */
  public void sent(long nowNanos) {
    decay(nowNanos);
    perSecond += 1 / AVERAGED_SECONDS;
  }

  /** More could have been sent by the rate. */
  public void heldUp(long nowNanos) {
    everHeldUp = true;
    heldUpNanos = nowNanos;
  }

  /** Whether something else than the rate holds it up, so that it sends noticeably less. */
  public boolean isHeldUp(double permitsPerSecond, long nowNanos) {
    return everHeldUp
        && nowNanos - heldUpNanos < HELD_UP_NANOS
        && perSecond(nowNanos) < NOTICEABLY * permitsPerSecond;
  }

  /** What it sends, messages/s. */
  public double perSecond(long nowNanos) {
    decay(nowNanos);
    return perSecond;
  }

  private void decay(long nowNanos) {
    perSecond *= Math.exp((updatedNanos - nowNanos) / 1e9 / AVERAGED_SECONDS);
    updatedNanos = nowNanos;
  }
}
