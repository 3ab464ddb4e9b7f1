package dev.sluice.worker;

import dev.sluice.worker.pacing.AdaptiveThrottle;
import dev.sluice.worker.pacing.LanePacer;
import dev.sluice.worker.pacing.LatencyEstimator;
import dev.sluice.worker.pacing.SlidingWindow;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A slice of one sender's rate, with the requests that wait for it. */
final class Lane {
  /**
   * In the order of their offsets, whatever order they come back in: a later one may be too far
   * from the window's base to be touched while those before it are open, and must not stand in
   * their way.
   */
  private final PriorityQueue<SendTask> ready =
      new PriorityQueue<>(Comparator.comparingLong(SendTask::offset));

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();
  private final LanePacer pacer;
  private double permitsPerSecond;

  /** Since when the next request has waited for its turn. */
  private long nextSinceNanos;

  Lane(double permitsPerSecond) {
    this.permitsPerSecond = permitsPerSecond;
    pacer = new LanePacer(permitsPerSecond);
  }

  void add(SendTask task) {
    if (ready.isEmpty()) {
      nextSinceNanos = System.nanoTime();
    }
    ready.add(task);
  }

  /** Requests that wait in it. */
  int size() {
    return ready.size();
  }

  void removeIf(Predicate<SendTask> leaves) {
    ready.removeIf(leaves);
  }

  /** How many may be picked now: those whose time slots begin within the given time. */
  int allowance(Duration lookahead) {
    long now = System.nanoTime();
    if (ready.isEmpty() || throttle.paused(now)) {
      return 0;
    }
    pacer.setRate(currentRate(now));
    return (int) Math.min(ready.size(), pacer.room(lookahead));
  }

  @Nullable SendTask peek() {
    return ready.peek();
  }

  SendTask take() {
    nextSinceNanos = System.nanoTime();
    return ready.remove();
  }

  /** The newest request that was read tells the lane's rate, messages/s. */
  void setRate(double newPermitsPerSecond) {
    permitsPerSecond = newPermitsPerSecond;
  }

  double permitsPerSecond() {
    return permitsPerSecond;
  }

  /** What of it may be used now, messages/s. */
  double currentRate(long nowNanos) {
    return permitsPerSecond * throttle.share(nowNanos);
  }

  /** How long the next request has waited for its turn; no time if the provider asks for that. */
  long waitedNanos(long nowNanos) {
    return ready.isEmpty() || throttle.paused(nowNanos) ? 0 : nowNanos - nextSinceNanos;
  }

  /** Launches a send in the next time slot, to a provider that answers in the usual time. */
  void launch(Consumer<SlidingWindow.Place> send, LatencyEstimator usual) {
    pacer.submit(send, usual);
  }

  /** The provider wants fewer messages, and perhaps none for a while. */
  void throttled(@Nullable Duration pause) {
    throttle.throttled(System.nanoTime(), pause);
  }
}
