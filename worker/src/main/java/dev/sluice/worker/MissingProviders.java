package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Senders whose provider is not configured in this worker. During a rollout other workers may have
 * it, so their lanes are held for a while. Then the senders are blocked until a worker that has the
 * provider owns their first lane.
 */
final class MissingProviders {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(2);

  private final Set<String> known;
  private final Health health;
  private final LongSupplier nanoTime;
  private final Map<String, Waiting> waiting = new HashMap<>();

  private record Waiting(String provider, long sinceNanos, long lastNanos, boolean many) {}

  MissingProviders(Set<String> known, Health health, LongSupplier nanoTime) {
    this.known = Set.copyOf(known);
    this.health = health;
    this.nanoTime = nanoTime;
  }

  /** Whether a request must wait for a worker that has its provider. */
  boolean holds(SendTask task) {
    SendRequest.Sender sender = task.request().sender();
    if (known.contains(sender.provider())) {
      return false;
    }
    long now = nanoTime.getAsLong();
    boolean many = task.partition().lane(task).size() >= AdmissionControl.MOST_HELD;
    Waiting before = waiting.get(sender.id());
    waiting.put(
        sender.id(),
        new Waiting(
            sender.provider(),
            before == null ? now : before.sinceNanos(),
            now,
            many || (before != null && before.many())));
    health.failing(
        component(sender.id()),
        "this worker knows no provider \"" + sender.provider() + "\"; its messages wait");
    return true;
  }

  /**
   * Blocks the senders that have waited too long, or with too many requests.
   *
   * @param block takes a sender and its control
   */
  void report(BiConsumer<String, Control> block) {
    long now = nanoTime.getAsLong();
    waiting
        .entrySet()
        .removeIf(entry -> {
          boolean gone = now - entry.getValue().lastNanos() > FORGOTTEN_AFTER.toNanos();
          if (gone) {
            health.working(component(entry.getKey()));
          }
          return gone;
        });
    waiting.forEach((sender, since) -> {
      if (since.many() || now - since.sinceNanos() >= PATIENCE.toNanos()) {
        block.accept(
            sender,
            Control.blockedUntilBack(
                since.provider(),
                "unknown_provider: a worker knows no provider \"" + since.provider() + "\""));
      }
    });
  }

  private static String component(String senderId) {
    return "provider of " + senderId;
  }
}
