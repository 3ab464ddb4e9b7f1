package dev.sluice.local;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits messages to one per user every 6 s, with bursts of up to 45 that count against the time
 * after them.
 */
final class PairLimit {
  private static final long EACH = Duration.ofSeconds(6).toNanos();
  private static final int BURST = 45;

  /** By recipient, when everything sent so far is paid off. */
  private final Map<String, Long> paidAtNanos = new ConcurrentHashMap<>();

  /** Admits a message to this recipient if the limit allows it. */
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
