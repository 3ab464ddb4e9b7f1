package dev.sluice.local;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One message to one user each 6 s, with bursts of 45 that are borrowed from the time after them.
 */
final class PairLimit {
  private static final long EACH = Duration.ofSeconds(6).toNanos();
  private static final int BURST = 45;

  /** Per recipient, when all that was sent is paid for. */
  private final Map<String, Long> paidAtNanos = new ConcurrentHashMap<>();

  /** Takes a place for a message to this recipient, if there is one. */
  boolean admit(String to, long nowNanos) {
    boolean[] admitted = new boolean[1];
    paidAtNanos.compute(
        to,
        (recipient, before) -> {
          long paid = before == null || before - nowNanos < 0 ? nowNanos : before;
          admitted[0] = paid - nowNanos <= (BURST - 1) * EACH;
          return admitted[0] ? Long.valueOf(paid + EACH) : Long.valueOf(paid);
        });
    return admitted[0];
  }
}
