package dev.sluice.worker.breaker;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.breaker.CircuitBreaker.Cause;
import dev.sluice.worker.pacing.LatencyEstimator;
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
 * The circuit breaker and answer times of each sender, as observed by this worker. Senders of one
 * provider are kept apart, because one address may hang while others answer.
 */
public final class CircuitBreakers {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  /** A sender that has sent nothing for this long is forgotten. */
  private static final Duration FORGOTTEN = Duration.ofHours(1);

  /** A longer interval between reviews was a stall of this process, not silence of a provider. */
  private static final long REVIEW_NANOS = Duration.ofSeconds(1).toNanos();

  private final Health health;
  private final Ticker ticker;
  private final Map<Sender, Peer> peers = new ConcurrentHashMap<>();
  private final AtomicLong stalledNanos = new AtomicLong();
  private long reviewedNanos;
  private boolean everReviewed;

  /** What is observed of a sender's provider. */
  public record Peer(CircuitBreaker breaker, LatencyEstimator answers) {}

  public CircuitBreakers(Health health, Ticker ticker) {
    this.health = health;
    this.ticker = ticker;
  }

  public Peer of(Sender sender) {
    return peers.computeIfAbsent(
        sender, one -> new Peer(new CircuitBreaker(), new LatencyEstimator()));
  }

  /** A clock that excludes stalls of this process, by which providers are judged. */
  public long awakeNanos(long nowNanos) {
    return nowNanos - stalledNanos.get();
  }

  /**
   * Tells breakers whether their senders are blocked, and checks for silence.
   *
   * @param controls the control of a sender, by its id
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
    for (Iterator<Map.Entry<Sender, Peer>> all = peers.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Sender, Peer> one = all.next();
      Sender sender = one.getKey();
      CircuitBreaker breaker = one.getValue().breaker();
      Control control = controls.apply(sender.id());
      breaker.watch(now);
      breaker.controlled(control.state() == Control.State.BLOCKED);
      Cause cause = breaker.openFor(now);
      if (cause == null) {
        health.working(component(sender));
        if (breaker.idle(FORGOTTEN, now)) {
          all.remove();
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
    return "no answer since " + CLOCK.format(since) + ": " + cause.detail();
  }

  /** The number of senders held because of missing or unreliable answers. */
  public long open() {
    long now = awakeNanos(ticker.nanoTime());
    return peers.values().stream().filter(peer -> peer.breaker().openFor(now) != null).count();
  }
}
