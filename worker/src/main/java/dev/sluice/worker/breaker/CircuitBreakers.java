package dev.sluice.worker.breaker;

import dev.sluice.runtime.Health;
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
 * What this worker learns about each sender's provider by itself: how long answers take, and
 * whether there are any. Senders of one provider have each their own, because one address may hang
 * while the others answer.
 */
public final class CircuitBreakers {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  /** What was learned about a sender that has sent nothing for so long is forgotten. */
  private static final Duration FORGOTTEN = Duration.ofHours(1);

  /** Time in which nobody looked beyond this was a stall of this process: no silence of others. */
  private static final long LOOKS_NANOS = Duration.ofSeconds(1).toNanos();

  private final Health health;
  private final Map<Sender, Peer> peers = new ConcurrentHashMap<>();
  private final AtomicLong stalledNanos = new AtomicLong();
  private long lookedNanos;
  private boolean everLooked;

  /** What is known about a sender's provider. */
  public record Peer(CircuitBreaker breaker, LatencyEstimator answers) {}

  public CircuitBreakers(Health health) {
    this.health = health;
  }

  public Peer of(Sender sender) {
    return peers.computeIfAbsent(
        sender, one -> new Peer(new CircuitBreaker(), new LatencyEstimator()));
  }

  /** The time by which providers are judged: it stood still while this process did. */
  public long awakeNanos(long nowNanos) {
    return nowNanos - stalledNanos.get();
  }

  /**
   * Lets breakers know what applies to their senders, and watches for silence.
   *
   * @param controls what applies to a sender, by its id
   * @return what is to apply to senders from now on, by their ids
   */
  public Map<String, Control> review(Function<String, Control> controls, long nowNanos) {
    if (everLooked) {
      stalledNanos.addAndGet(Math.max(0, nowNanos - lookedNanos - LOOKS_NANOS));
    }
    everLooked = true;
    lookedNanos = nowNanos;
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

  private static String reason(Cause cause, long awakeNanos) {
    Instant since = Instant.now().minusNanos(awakeNanos - cause.sinceNanos());
    return "no answer since " + CLOCK.format(since) + ": " + cause.detail();
  }

  /** How many senders' messages are held back because nothing reliable is answered. */
  public long open() {
    long now = awakeNanos(System.nanoTime());
    return peers.values().stream().filter(peer -> peer.breaker().openFor(now) != null).count();
  }
}
