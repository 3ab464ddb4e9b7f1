package dev.sluice.worker.breaker;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the providers of senders that are blocked until their provider answers, with back-off
 * while a sender is blocked again soon after. One worker does this for a sender, except if it is
 * blocked because a worker lacks its provider, or the one that should probe it does: then all
 * workers that have the provider probe it. It does not depend on whether messages are waiting.
 */
public final class ProviderProbes {
  private static final Logger log = LoggerFactory.getLogger(ProviderProbes.class);

  /** The beginning of the reason while all workers that have a sender's provider probe it. */
  public static final String UNKNOWN = "unknown_provider";

  private static final Backoff BETWEEN = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(5));

  /** From this number of blocked senders on, not all are reviewed in each iteration of the loop. */
  private static final int MANY = 100;

  private static final Duration BETWEEN_REVIEWS_OF_MANY = Duration.ofMillis(100);

  /** The back-off starts over for a sender that was not blocked for this long. */
  private static final Duration GOOD_SPELL = Duration.ofSeconds(30);

  private final Map<String, MessageProvider> providers;
  private final Health health;
  private final LongSupplier nanoTime;
  private final Executor executor;

  private final Map<String, Asked> asked = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private final Set<String> asking = new HashSet<>();
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private long reviewedNanos;
  private final Queue<String> back = new ConcurrentLinkedQueue<>();

  /** Consecutive probes, when the next is due, and when the sender was last seen blocked. */
  private record Asked(int times, long againAtNanos, long blockedNanos) {}

  private record Answer(String sender, boolean available) {}

  public ProviderProbes(
      Map<String, MessageProvider> providers,
      Health health,
      LongSupplier nanoTime,
      Executor executor) {
    this.providers = Map.copyOf(providers);
    this.health = health;
    this.nanoTime = nanoTime;
    this.executor = executor;
    this.reviewedNanos = nanoTime.getAsLong() - BETWEEN_REVIEWS_OF_MANY.toNanos();
  }

  /**
   * Starts the probes that are due for the blocked senders this worker is responsible for.
   *
   * @param blocked the senders that are blocked until their providers answer
   * @param ours returns whether this worker is responsible for a sender
   * @return the controls to write, by sender id: for those whose provider this worker should probe
   *     and lacks, so that others do
   */
  public Map<String, Control> review(Map<String, Control> blocked, Predicate<String> ours) {
    long now = nanoTime.getAsLong();
    for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
      asking.remove(answer.sender());
      if (answer.available()) {
        back.add(answer.sender());
      }
    }
    if (blocked.size() > MANY && now - reviewedNanos < BETWEEN_REVIEWS_OF_MANY.toNanos()) {
      return Map.of();
    }
    reviewedNanos = now;
    Set<String> seen = new HashSet<>();
    Map<String, Control> changes = new HashMap<>();
    blocked.forEach((sender, control) -> {
      if (ours.test(sender) || lackedElsewhere(control)) {
        seen.add(sender);
        boolean due = review(sender, control, now);
        if (due && lackedHere(control)) {
          changes.put(sender, lacked(control));
        }
      }
    });
    told.removeIf(sender -> {
      boolean over = !seen.contains(sender);
      if (over) {
        health.working(component(sender));
      }
      return over;
    });
    asked.values().removeIf(before -> now - before.blockedNanos() > GOOD_SPELL.toNanos());
    return changes;
  }

  private boolean lackedElsewhere(Control control) {
    return control.provider() != null
        && providers.containsKey(control.provider())
        && isLacked(control);
  }

  private boolean lackedHere(Control control) {
    return control.provider() != null
        && !providers.containsKey(control.provider())
        && !isLacked(control);
  }

  private static boolean isLacked(Control control) {
    return String.valueOf(control.reason()).startsWith(UNKNOWN);
  }

  private static Control lacked(Control control) {
    String provider = String.valueOf(control.provider());
    return Control.blockedUntilBack(
        provider,
        "%s: the worker that should probe it knows no provider \"%s\"; it was blocked: %s"
            .formatted(UNKNOWN, provider, control.reason()));
  }

  /** Probes it if that is due; returns whether it was. */
  private boolean review(String sender, Control control, long now) {
    String name = control.provider();
    MessageProvider provider = name == null ? null : providers.get(name);
    told.add(sender);
    health.failing(component(sender), reason(control, provider));
    if (name == null) {
      // Written by an older version, which does not name the provider.
      back.add(sender);
      return false;
    }
    Asked before = asked.get(sender);
    boolean due = before != null && now - before.againAtNanos() >= 0 && !asking.contains(sender);
    if (before != null && !due) {
      asked.put(sender, new Asked(before.times(), before.againAtNanos(), now));
      return false;
    }
    int times = before == null ? 1 : before.times() + 1;
    asked.put(sender, new Asked(times, now + BETWEEN.after(times).toNanos(), now));
    if (before != null && provider != null) {
      ask(sender, provider);
    }
    return due;
  }

  private void ask(String sender, MessageProvider provider) {
    asking.add(sender);
    try {
      executor.execute(() -> {
        boolean available = false;
        try {
          available = provider.available();
        } finally {
          answers.add(new Answer(sender, available));
        }
      });
    } catch (RuntimeException | Error e) {
      // Nothing runs, so probe it again when that is due; the other senders go on meanwhile.
      asking.remove(sender);
      log.warn("no probe of the provider of {} could be started: {}", sender, e.toString());
    }
  }

  private static String reason(Control control, @Nullable MessageProvider provider) {
    String reason = String.valueOf(control.reason());
    return control.provider() == null || provider != null
        ? reason
        : reason + "; this worker cannot ask provider \"" + control.provider() + "\"";
  }

  private static String component(String senderId) {
    return "provider of " + senderId;
  }

  /** Returns the next sender whose provider answers again, or null. */
  public @Nullable String poll() {
    return back.poll();
  }
}
