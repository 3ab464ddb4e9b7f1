package dev.sluice.worker;

import dev.sluice.schema.Backoff;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.provider.MessageProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Asks providers that were down whether they are back, ever more rarely while their senders are
 * blocked again right after.
 */
final class Outages {
  private static final Backoff BETWEEN =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15));

  private final Map<String, MessageProvider> providers;
  private final Map<String, Asked> asked = new HashMap<>();
  private final Queue<String> back = new ConcurrentLinkedQueue<>();

  private record Asked(int times, long againAtNanos) {}

  Outages(Map<String, MessageProvider> providers) {
    this.providers = Map.copyOf(providers);
  }

  /** Something of this sender waits for its provider: asks, if it is time to. */
  void waiting(SendRequest.Sender sender) {
    long now = System.nanoTime();
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

  /** The next sender whose provider answers again, or null. */
  @Nullable String poll() {
    return back.poll();
  }
}
