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
   * Ordered by offset, whatever order tasks are put back in: a later one may be too far from the
   * window's base to be started while earlier ones are open, and must not block them.
   */
  private final PriorityQueue<SendTask> ready =
      new PriorityQueue<>(Comparator.comparingLong(SendTask::offset));

  /** What the producer keeps queued for a lane, as time at its rate. */
  private static final Duration WORK_AHEAD = Duration.ofSeconds(10);

  /** What is queued for longer at a lane's own rate is nobody's plan, and stops others. */
  private static final Duration LONGEST_QUEUE = Duration.ofMinutes(5);

  /** The longest time that a lane which is only slow is said to be busy. */
  private static final double LONGEST_BUSY_SECONDS = 60;

  /** Permits that are lost further apart have nothing to do with each other. */
  private static final Duration LOST_ONE_BY_ONE = Duration.ofSeconds(30);

  /** The same for one that may be at its rate again at any moment. */
  private static final double LONGEST_HELD_UP_SECONDS = 20;

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();
  private final Throughput throughput = new Throughput();
  private final LanePacer pacer;
  private final Ticker ticker;
  private double permitsPerSecond;

  /** When the next request became the head of the queue. */
  private long nextSinceNanos;

  private int inFlight;
  private int permitsLost;
  private long permitLostNanos;

  Lane(double permitsPerSecond, Machine machine) {
    this.permitsPerSecond = permitsPerSecond;
    ticker = machine.ticker();
    pacer = new LanePacer(permitsPerSecond, ticker);
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
  }

  /** The number of queued requests. */
  int size() {
    return ready.size();
  }

  int inFlight() {
    return inFlight;
  }

  void addInFlight(int change) {
    inFlight += change;
  }

  /** Requests that keep their offsets open. */
  private int open() {
    return ready.size() + inFlight;
  }

  void removeIf(Predicate<SendTask> condition) {
    ready.removeIf(condition);
  }

  /** How many requests have a time slot within the lookahead. */
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
  }

  double permitsPerSecond() {
    return permitsPerSecond;
  }

  /** The rate that may be used now, messages/s. */
  double currentRate(long nowNanos) {
    return permitsPerSecond * throttle.share(nowNanos);
  }

  /**
   * How long the next request has been the head of the queue; 0 while the provider asks to wait.
   */
  long waitedNanos(long nowNanos) {
    return ready.isEmpty() || throttle.paused(nowNanos) ? 0 : nowNanos - nextSinceNanos;
  }

  /** How much longer its provider has it wait; 0 if it does not. */
  Duration pauseLeft(long nowNanos) {
    return throttle.pauseLeft(nowNanos);
  }

  /** A message of it was sent, whatever came of that. */
  void sent() {
    throughput.sent(ticker.nanoTime());
  }

  /** A permit was spent on a connection that had been closed. */
  void permitLost() {
    long now = ticker.nanoTime();
    if (now - permitLostNanos > LOST_ONE_BY_ONE.toNanos()) {
      permitLostNanos = now;
      permitsLost = 0;
    }
    permitsLost++;
    heldUp();
  }

  /** How many permits were lost since that began; 0 if it has been over for a while. */
  int permitsLost(long nowNanos) {
    return nowNanos - permitLostNanos > LOST_ONE_BY_ONE.toNanos() ? 0 : permitsLost;
  }

  /** Something else than its rate keeps it from sending more. */
  void heldUp() {
    throughput.heldUp(ticker.nanoTime());
  }

  /** What it really sends, messages/s. */
  private double realRate(long nowNanos) {
    return isHeldUp(nowNanos) ? throughput.perSecond(nowNanos) : currentRate(nowNanos);
  }

  /** Whether its provider has asked it to wait, or for less. */
  boolean isThrottled(long nowNanos) {
    return throttle.paused(nowNanos) || throttle.share(nowNanos) < 1;
  }

  /** Whether something else than its rate or its provider's wish keeps it from sending. */
  boolean isHeldUp(long nowNanos) {
    return throughput.isHeldUp(currentRate(nowNanos), nowNanos);
  }

  /**
   * How many more are open than it will send in time: that of the producer's queue if it is slowed
   * down. Others than the producer may write more to a lane that sends at its rate.
   */
  int behind(long nowNanos) {
    boolean slowed = isThrottled(nowNanos) || isHeldUp(nowNanos);
    Duration left = (slowed ? WORK_AHEAD : LONGEST_QUEUE).minus(throttle.pauseLeft(nowNanos));
    double sent = Math.max(0, left.toNanos() / 1e9) * realRate(nowNanos);
    return Math.max(0, (int) (open() - sent));
  }

  /** Takes up to so many of its oldest requests. */
  List<SendTask> takeOldest(int count) {
    return Stream.generate(ready::remove).limit(Math.clamp(count, 0, ready.size())).toList();
  }

  /** How long it needs for what is queued, once nothing holds it up any more. */
  Duration busyFor(long nowNanos) {
    double longest = isHeldUp(nowNanos) ? LONGEST_HELD_UP_SECONDS : LONGEST_BUSY_SECONDS;
    double seconds = Math.min(longest, ready.size() / currentRate(nowNanos));
    return throttle.pauseLeft(nowNanos).plusMillis((long) (seconds * 1_000));
  }

  /** Reserves the next time slot that is free. */
  LanePacer.Slot reserve() {
    return pacer.reserve();
  }

  /** The provider asked for a lower rate, and perhaps for a pause. */
  void throttled(@Nullable Duration pause) {
    long now = ticker.nanoTime();
    throttle.throttled(now, pause);
    pacer.forgive();
    // At once, because sends that wait for their slots are not asked for an allowance any more.
    pacer.setRate(currentRate(now));
  }
}
