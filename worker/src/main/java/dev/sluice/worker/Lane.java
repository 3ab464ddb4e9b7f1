package dev.sluice.worker;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.worker.pacing.AdaptiveThrottle;
import dev.sluice.worker.pacing.LanePacer;
import dev.sluice.worker.pacing.Throughput;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A slice of one sender's rate, with the requests queued for it. */
final class Lane {
  /**
   * Ordered by offset, in whatever order tasks are put back: a later one may be too far from the
   * window's base to be started while earlier ones are open, and must not block them.
   */
  private final PriorityQueue<SendTask> ready =
      new PriorityQueue<>(Comparator.comparingLong(SendTask::offset));

  /** How much work the producer keeps queued for a lane, as time at its rate. */
  private static final Duration WORK_AHEAD = Duration.ofSeconds(10);

  /** A longer queue, at the lane's own rate, is not intended and blocks others. */
  private static final Duration LONGEST_QUEUE = Duration.ofMinutes(5);

  /** The longest time for which a lane that is merely slow is reported as busy. */
  private static final double LONGEST_BUSY_SECONDS = 60;

  /** Lost permits further apart than this are unrelated. */
  private static final Duration LOST_ONE_BY_ONE = Duration.ofSeconds(30);

  /**
   * The longest time for which a held-up lane is reported as busy; it may return to its rate at any
   * moment.
   */
  private static final double LONGEST_HELD_UP_SECONDS = 20;

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();
  private final Throughput throughput = new Throughput();
  private final LanePacer pacer;
  private final Ticker ticker;
  private double permitsPerSecond;

  /** When the next request became the head of the queue. */
  private long nextSinceNanos;

  private long usedNanos;
  private int inFlight;
  private long bytesInFlight;
  private int permitsLost;
  private long permitLostNanos;

  Lane(double permitsPerSecond, Machine machine) {
    this.permitsPerSecond = permitsPerSecond;
    ticker = machine.ticker();
    pacer = new LanePacer(permitsPerSecond, ticker);
    usedNanos = ticker.nanoTime();
  }

  void add(SendTask task) {
    if (ready.isEmpty()) {
      nextSinceNanos = ticker.nanoTime();
      pacer.idle();
    }
    if (open() == 0) {
      throughput.begin(currentRate(ticker.nanoTime()), ticker.nanoTime());
    }
    ready.add(task);
    usedNanos = ticker.nanoTime();
  }

  /** Returns the number of queued requests. */
  int size() {
    return ready.size();
  }

  int inFlight() {
    return inFlight;
  }

  /** Returns the bytes of the requests in flight. */
  long bytesInFlight() {
    return bytesInFlight;
  }

  void addInFlight(int change, int bytes) {
    inFlight += change;
    bytesInFlight += bytes;
    usedNanos = ticker.nanoTime();
  }

  /** Records that requests of it may return from elsewhere. */
  void expectReturns() {
    usedNanos = ticker.nanoTime();
  }

  /**
   * Returns whether it may be forgotten: it has had nothing to send for this long, more than a
   * second, so that a new one would send no sooner.
   */
  boolean isRested(Duration atLeast, long nowNanos) {
    if (open() > 0 || isThrottled(nowNanos)) {
      usedNanos = nowNanos;
    }
    long intervals = (long) (2e9 / permitsPerSecond);
    return nowNanos - usedNanos > Math.max(atLeast.toNanos(), intervals);
  }

  /** Returns the number of requests that keep their offsets open. */
  private int open() {
    return ready.size() + inFlight;
  }

  void removeIf(Predicate<SendTask> condition) {
    ready.removeIf(condition);
  }

  /** Returns how many requests have a time slot within the lookahead. */
  int allowance(Duration lookahead) {
    long now = ticker.nanoTime();
    if (throttle.paused(now)) {
      pacer.forgive();
      return 0;
    }
    if (ready.isEmpty()) {
      return 0;
    }
    pacer.setRate(currentRate(now));
    return (int) Math.min(ready.size(), pacer.room(lookahead));
  }

  @Nullable SendTask peek() {
    return ready.peek();
  }

  SendTask take() {
    nextSinceNanos = ticker.nanoTime();
    return ready.remove();
  }

  /** Sets the lane's rate, messages/s, as carried by the newest request read. */
  void setRate(double newPermitsPerSecond) {
    permitsPerSecond = newPermitsPerSecond;
    usedNanos = ticker.nanoTime();
  }

  double permitsPerSecond() {
    return permitsPerSecond;
  }

  /** Returns the rate that may be used now, messages/s. */
  double currentRate(long nowNanos) {
    return permitsPerSecond * throttle.share(nowNanos);
  }

  /**
   * Returns how long the next request has been the head of the queue; 0 while the provider asks to
   * wait.
   */
  long waitedNanos(long nowNanos) {
    return ready.isEmpty() || throttle.paused(nowNanos) ? 0 : nowNanos - nextSinceNanos;
  }

  /** Returns how much longer the provider asks it to wait; 0 if it does not. */
  Duration pauseLeft(long nowNanos) {
    return throttle.pauseLeft(nowNanos);
  }

  /** Records that a message was sent, whatever its outcome. */
  void sent() {
    throughput.sent(ticker.nanoTime());
  }

  /** Records that a permit was spent on a closed connection. */
  void permitLost() {
    long now = ticker.nanoTime();
    if (now - permitLostNanos > LOST_ONE_BY_ONE.toNanos()) {
      permitLostNanos = now;
      permitsLost = 0;
    }
    permitsLost++;
    heldUp();
  }

  /**
   * Returns how many permits were lost since the losses began; 0 if there has been none for a
   * while.
   */
  int permitsLost(long nowNanos) {
    return nowNanos - permitLostNanos > LOST_ONE_BY_ONE.toNanos() ? 0 : permitsLost;
  }

  /** Records that something other than its rate keeps it from sending more. */
  void heldUp() {
    throughput.heldUp(ticker.nanoTime());
  }

  /** Returns the rate at which it really sends, messages/s. */
  private double realRate(long nowNanos) {
    return isHeldUp(nowNanos) ? throughput.perSecond(nowNanos) : currentRate(nowNanos);
  }

  /** Returns whether its provider has asked it to wait or to slow down. */
  boolean isThrottled(long nowNanos) {
    return throttle.paused(nowNanos) || throttle.share(nowNanos) < 1;
  }

  /**
   * Returns whether something other than its rate or its provider's request keeps it from sending.
   */
  boolean isHeldUp(long nowNanos) {
    return throughput.isHeldUp(currentRate(nowNanos), nowNanos);
  }

  /**
   * Returns how many more requests are open than it will send in time: within the producer's queue
   * if it is slowed down or room is scarce, longer otherwise, because other programs may write more
   * to a lane that sends at its rate.
   *
   * @param scarce whether nothing more is read, so that it is unknown who waits behind it, or soon
   *     nothing more can be started
   */
  int behind(long nowNanos, boolean scarce) {
    boolean limited = scarce || isThrottled(nowNanos) || isHeldUp(nowNanos);
    Duration left = (limited ? WORK_AHEAD : LONGEST_QUEUE).minus(throttle.pauseLeft(nowNanos));
    double sent = Math.max(0, left.toNanos() / 1e9) * realRate(nowNanos);
    return Math.max(0, (int) (open() - sent));
  }

  /** Takes up to this many of its oldest requests. */
  List<SendTask> takeOldest(int count) {
    return Stream.generate(ready::remove).limit(Math.clamp(count, 0, ready.size())).toList();
  }

  /** Returns how long it needs for what is queued, once nothing holds it up any more. */
  Duration busyFor(long nowNanos) {
    double longest = isHeldUp(nowNanos) ? LONGEST_HELD_UP_SECONDS : LONGEST_BUSY_SECONDS;
    double seconds = Math.min(longest, ready.size() / currentRate(nowNanos));
    return throttle.pauseLeft(nowNanos).plusMillis((long) (seconds * 1_000));
  }

  /** Reserves the next free time slot. */
  LanePacer.Slot reserve() {
    return pacer.reserve();
  }

  /** Records that the provider asked for a lower rate, and possibly for a pause. */
  void throttled(@Nullable Duration pause) {
    long now = ticker.nanoTime();
    throttle.throttled(now, pause);
    pacer.forgive();
    // Set at once, because sends that wait for their time slots are not asked for an allowance
    // again.
    pacer.setRate(currentRate(now));
  }
}
