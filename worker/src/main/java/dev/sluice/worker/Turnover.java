package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How fast each sender's sends end, measured from one iteration to the next. What hangs does not
 * count, whatever the usual response time is.
 */
final class Turnover {
  private Map<Sender, Measured> measured = Map.of();
  private long atNanos;

  private record Measured(long ended, double perNano) {
    /** Responses may come in bursts, so a lower rate takes effect by halves. */
    private Measured next(long endedNow, long nanos) {
      long more = endedNow < ended ? endedNow : endedNow - ended;
      return new Measured(endedNow, Math.max((double) more / nanos, perNano / 2));
    }
  }

  /** Records the state at the beginning of an iteration. */
  void iterate(Map<Sender, HeldPlaces.Use> use, long nowNanos) {
    long nanos = Math.max(1, nowNanos - atNanos);
    Map<Sender, Measured> now = new HashMap<>();
    use.forEach((sender, one) -> {
      Measured before = measured.get(sender);
      now.put(
          sender, before == null ? new Measured(one.ended(), 0) : before.next(one.ended(), nanos));
    });
    measured = now;
    atNanos = nowNanos;
  }

  /** Returns how many of a sender's sends will end within this time. */
  int within(Sender sender, Duration time) {
    Measured its = measured.get(sender);
    return its == null ? 0 : (int) (its.perNano() * time.toNanos());
  }
}
