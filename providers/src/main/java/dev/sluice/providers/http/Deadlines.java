package dev.sluice.providers.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts calls whose deadline has passed. Scans all calls every 50 ms: a timer per call costs more,
 * and a deadline of seconds needs no better resolution.
 */
final class Deadlines {
  private static final Duration RESOLUTION = Duration.ofMillis(50);

  private static final Logger log = LoggerFactory.getLogger(Deadlines.class);

  private final Set<Attempt> open = ConcurrentHashMap.newKeySet();

  Deadlines(ScheduledExecutorService timer) {
    var _ =
        timer.scheduleWithFixedDelay(
            this::review, RESOLUTION.toMillis(), RESOLUTION.toMillis(), TimeUnit.MILLISECONDS);
  }

  void watch(Attempt attempt) {
    open.add(attempt);
  }

  void forget(Attempt attempt) {
    open.remove(attempt);
  }

  private void review() {
    long now = System.nanoTime();
    for (Attempt attempt : open) {
      try {
        attempt.endIfLate(now);
      } catch (RuntimeException e) {
        // Otherwise the other calls would no longer be checked.
        log.warn("a call that is late could not be ended", e);
      }
    }
  }
}
