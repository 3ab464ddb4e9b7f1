package dev.sluice.worker;

import dev.sluice.schema.Backoff;
import dev.sluice.schema.Health;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.provider.MessageProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Says which senders' providers are down, and asks these whether they are back, ever more rarely
 * while their senders are blocked again right after.
 */
final class Outages {
  private static final Backoff BETWEEN =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15));

  /** Records that wait for people or providers are looked at again much sooner than this. */
  private static final Duration MISSED_FOR = Duration.ofSeconds(2);

  private final Map<String, MessageProvider> providers;
  private final Health health;

  private final Map<String, Asked> asked = new HashMap<>();
  private final Map<String, Long> missed = new HashMap<>();
  private final Queue<String> back = new ConcurrentLinkedQueue<>();

  private record Asked(int times, long againAtNanos) {}

  Outages(Map<String, MessageProvider> providers, Health health) {
    this.providers = Map.copyOf(providers);
    this.health = health;
  }

  /** Something of this sender waits for its provider: asks, if it is time to. */
  void waiting(SendRequest.Sender sender, String reason) {
    long now = System.nanoTime();
    if (missed.put(sender.id(), now) == null) {
      health.failing(component(sender.id()), reason);
    }
    Asked before = asked.get(sender.id());
    if (before != null && now - before.againAtNanos() < 0) {
      return;
    }
    int times = before == null ? 1 : before.times() + 1;
    asked.put(sender.id(), new Asked(times, now + BETWEEN.after(times).toNanos()));
    MessageProvider provider = providers.get(sender.provider());
    if (provider != null && times > 1) {
      Thread.ofVirtual()
          .name("probe of " + sender.id())
          .start(() -> {
            if (provider.available()) {
              back.add(sender.id());
            }
          });
    }
  }

  /** The sender's messages pass again. */
  void over(String senderId) {
    asked.remove(senderId);
  }

  /** Nothing has waited for these senders' providers for a while: they are not missed here. */
  void forgetOld() {
    long now = System.nanoTime();
    missed
        .entrySet()
        .removeIf(entry -> {
          boolean old = now - entry.getValue() > MISSED_FOR.toNanos();
          if (old) {
            health.working(component(entry.getKey()));
          }
          return old;
        });
  }

  private static String component(String senderId) {
    return "provider of " + senderId;
  }

  /** The next sender whose provider answers again, or null. */
  @Nullable String poll() {
    return back.poll();
  }
}
