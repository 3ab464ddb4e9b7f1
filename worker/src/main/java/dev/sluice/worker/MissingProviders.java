package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.StatusReasons;
import dev.sluice.worker.breaker.ProviderProbes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Senders whose provider is not configured in this worker. During a rollout other workers may have
 * it and send what is in their lanes. These lanes are therefore held for a while, except for
 * requests that would block others, which are returned to the producer. After that the senders are
 * blocked until a worker that has the provider unblocks them.
 */
final class MissingProviders {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Nothing asks in the meantime when requests are returned and written again. */
  private static final Duration FORGOTTEN_AFTER =
      AdmissionControl.MOMENT.plus(Duration.ofSeconds(10));

  /** A sender that was not asked for this recently has no request waiting here. */
  private static final Duration RECENT = Duration.ofSeconds(2);

  /** Other programs may write to senders without number; what they write to more goes back. */
  static final int MOST = 1_000;

  private final Set<String> known;
  private final Health health;
  private final LongSupplier nanoTime;
  private final Map<String, Waiting> waiting = new HashMap<>();

  private record Waiting(String provider, long sinceNanos, long lastNanos) {}

  MissingProviders(Set<String> known, Health health, LongSupplier nanoTime) {
    this.known = Set.copyOf(known);
    this.health = health;
    this.nanoTime = nanoTime;
  }

  /** Returns whether a request whose campaign and sender are running may be sent from here. */
  Admission of(SendTask task) {
    SendRequest.Sender sender = task.request().sender();
    if (known.contains(sender.provider())) {
      return Admission.ADMIT;
    }
    long now = nanoTime.getAsLong();
    Waiting before = waiting.get(sender.id());
    if (before == null && waiting.size() >= MOST) {
      return Admission.RETURN;
    }
    waiting.put(
        sender.id(),
        new Waiting(sender.provider(), before == null ? now : before.sinceNanos(), now));
    health.failing(
        component(sender.id()),
        "this worker knows no provider \"" + sender.provider() + "\"; its messages wait");
    PartitionState partition = task.partition();
    return partition.lane(task).size() < partition.mostHeld() && !partition.window().crowded()
        ? Admission.HOLD
        : Admission.RETURN;
  }

  /**
   * Blocks the senders that have waited too long.
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
    waiting.replaceAll((sender, one) -> {
      boolean waits = now - one.lastNanos() <= RECENT.toNanos();
      if (!waits || now - one.sinceNanos() < PATIENCE.toNanos()) {
        return one;
      }
      block.accept(
          sender,
          Control.blockedUntilBack(
              one.provider(),
              ProviderProbes.UNKNOWN + ": " + StatusReasons.unknownProvider(one.provider())));
      // If it is unblocked meanwhile, it waits for as long again.
      return new Waiting(one.provider(), now, one.lastNanos());
    });
  }

  private static String component(String senderId) {
    return "provider of " + senderId;
  }
}
