package dev.sluice.worker.breaker;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.breaker.CircuitBreaker.Cause;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The circuit breaker of each sender, based on what this worker observes. Senders of one provider
 * are kept apart, because one address may hang while others answer.
 */
public final class CircuitBreakers {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  /** A sender that has sent nothing for this long is forgotten. */
  private static final Duration FORGOTTEN = Duration.ofHours(1);

  /** All are reviewed in each iteration, and other programs may write to senders without number. */
  private static final int MANY = 1_000;

  /** Of more, those whose providers are slow or on trial are forgotten as soon as the others. */
  private static final int VERY_MANY = 10_000;

  private static final Duration FORGOTTEN_IF_MANY = Duration.ofSeconds(30);

  /** A longer interval between reviews was a stall of this process, not silence of a provider. */
  private static final long REVIEW_NANOS = Duration.ofSeconds(1).toNanos();

  private final Health health;
  private final Ticker ticker;
  private final Map<Sender, CircuitBreaker> all = new ConcurrentHashMap<>();
  private final AtomicLong stalledNanos = new AtomicLong();
  private long reviewedNanos;
  private boolean everReviewed;

  public CircuitBreakers(Health health, Ticker ticker) {
    this.health = health;
    this.ticker = ticker;
  }

  public CircuitBreaker of(Sender sender) {
    return all.computeIfAbsent(sender, one -> new CircuitBreaker());
  }

  /**
   * Returns the time of a clock that excludes stalls of this process; providers are judged by it.
   */
  public long awakeNanos(long nowNanos) {
    return nowNanos - stalledNanos.get();
  }

  /**
   * Tells breakers whether their senders are blocked, and checks for silence.
   *
   * @param controls returns the control of a sender by its id
   * @return the controls to write, by sender id
   */
  public Map<String, Control> review(Function<String, Control> controls, long nowNanos) {
    if (everReviewed) {
      stalledNanos.addAndGet(Math.max(0, nowNanos - reviewedNanos - REVIEW_NANOS));
    }
    everReviewed = true;
    reviewedNanos = nowNanos;
    long now = awakeNanos(nowNanos);
    Map<String, Control> changes = new HashMap<>();
    boolean many = all.size() > MANY;
    boolean veryMany = all.size() > VERY_MANY;
    Iterator<Map.Entry<Sender, CircuitBreaker>> entries = all.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Sender, CircuitBreaker> one = entries.next();
      Sender sender = one.getKey();
      CircuitBreaker breaker = one.getValue();
      Control control = controls.apply(sender.id());
      breaker.watch(now);
      breaker.controlled(control.state() == Control.State.BLOCKED, now);
      Cause cause = breaker.openFor(now);
      if (cause == null) {
        health.working(component(sender));
        boolean soon = veryMany || (many && breaker.isUnremarkable());
        if (!control.endsByItself() && breaker.idle(soon ? FORGOTTEN_IF_MANY : FORGOTTEN, now)) {
          entries.remove();
        }
      } else {
        String reason = reason(cause, now);
        health.failing(component(sender), reason);
        if (breaker.state() == CircuitBreaker.State.OPEN) {
          changes.put(sender.id(), Control.blockedUntilBack(sender.provider(), reason));
        } else if (control.endsByItself() && breaker.alive(now)) {
          changes.put(
              sender.id(), new Control(Control.State.RUNNING, "the provider answers again"));
        }
      }
    }
    return changes;
  }

  private static String component(Sender sender) {
    return "answers to " + sender.id();
  }

  private String reason(Cause cause, long awakeNanos) {
    Instant since = ticker.now().minusNanos(awakeNanos - cause.sinceNanos());
    return cause.what() + " since " + CLOCK.format(since) + ": " + cause.detail();
  }

  /** Returns the number of senders held because of missing or unreliable responses. */
  public long open() {
    long now = awakeNanos(ticker.nanoTime());
    return all.values().stream().filter(breaker -> breaker.openFor(now) != null).count();
  }
}
