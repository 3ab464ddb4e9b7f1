package dev.sluice.worker;

import dev.sluice.runtime.Machine;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.HeldMemory.Filling;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition while this worker owns it. When the partition is revoked, the object remains marked
 * as {@code lost}, so that a send that ends late knows that another worker now owns the window.
 */
final class PartitionState {
  /**
   * The most requests of a lane that may be held. Each keeps an offset open, and a long window has
   * room for about 600 over all lanes of its partition.
   */
  static final int MOST_HELD = 200;

  private static final int MOST_HELD_IF_LARGE = 10;

  /**
   * A lane whose request has no room tries again in each iteration, unless its sender must wait.
   */
  private static final Duration BLOCKED_AGAIN = Duration.ofSeconds(5);

  /** All lanes are walked in each iteration of the loop. */
  static final int MANY_LANES = 200;

  static final int VERY_MANY_LANES = 2_000;

  static final Duration RESTED = Duration.ofMinutes(2);

  private static final Duration RESTED_IF_VERY_MANY = Duration.ofSeconds(5);

  private static final long FORGET_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final TopicPartition topicPartition;
  private final OffsetWindow window;
  private final Machine machine;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Deque<Change> changes = new ArrayDeque<>();
  private final UnsentQueue unsent = new UnsentQueue();
  private OffsetAndMetadata committed;
  private boolean draining;

  /** Read by sending threads, which must not launch for a lost partition. */
  private volatile boolean lost;

  private int waiting;
  private int inFlight;
  private long bytes;
  private long bytesInFlight;
  private long half = Long.MAX_VALUE;
  private boolean blocked;
  private boolean heldBack;
  private @Nullable Blockade blockade;
  private @Nullable String damage;
  private long forgotNanos;
  private boolean stopped;
  private long stoppedNanos;
  private Filling filling = Filling.LITTLE;

  private record Change(long offset, State before) {}

  /** The time in which its window had no room, from the first to the last time noticed. */
  private record Blockade(long base, long sinceNanos, long lastNanos) {}

  PartitionState(
      TopicPartition topicPartition,
      OffsetWindow window,
      OffsetAndMetadata committed,
      Machine machine) {
    this.machine = machine;
    this.topicPartition = topicPartition;
    this.window = window;
    this.committed = committed;
    this.forgotNanos = machine.ticker().nanoTime();
  }

  TopicPartition topicPartition() {
    return topicPartition;
  }

  OffsetWindow window() {
    return window;
  }

  Lane lane(SendTask task) {
    return lanes.computeIfAbsent(
        task.request().laneKey().toString(),
        key -> new Lane(task.request().permitsPerSecond(), machine));
  }

  Map<String, Lane> lanesByKey() {
    return Collections.unmodifiableMap(lanes);
  }

  List<Lane> lanes() {
    return new ArrayList<>(lanes.values());
  }

  /**
   * Forgets lanes that have had nothing to send for a while if they are many, because other
   * programs may write to senders without number. A request that waits elsewhere may return to its
   * lane, which knows the newest rate.
   */
  void forgetRested(DelayedTasks delayed, long nowNanos) {
    if (lanes.size() <= MANY_LANES || nowNanos - forgotNanos < FORGET_EVERY_NANOS) {
      return;
    }
    forgotNanos = nowNanos;
    Stream.concat(delayed.of(this).stream(), unsent.requests())
        .forEach(task -> lane(task).expectReturns());
    Duration rested = lanes.size() > VERY_MANY_LANES ? RESTED_IF_VERY_MANY : RESTED;
    lanes.values().removeIf(lane -> lane.isRested(rested, nowNanos));
  }

  /** Adds a record that will be done unsent, as soon as the window allows. */
  void addUnsent(UnsentRecord record) {
    unsent.add(record);
  }

  UnsentQueue unsent() {
    return unsent;
  }

  /** Sets an offset's state; {@link #rollBack} undoes that until it is committed. */
  void set(long offset, State state) {
    changes.push(new Change(offset, window.state(offset)));
    window.set(offset, state);
  }

  /** Returns the offset and metadata to commit, or null if nothing has changed. */
  @Nullable OffsetAndMetadata toCommit() {
    OffsetAndMetadata place = new OffsetAndMetadata(window.firstOpen(), window.encode());
    boolean same =
        place.offset() == committed.offset() && place.metadata().equals(committed.metadata());
    return same ? null : place;
  }

  /** Records that the transaction has committed. */
  void commit(OffsetAndMetadata place) {
    committed = place;
    changes.clear();
    window.committed();
  }

  /** Undoes the changes of a transaction that has not committed. */
  void rollBack() {
    while (!changes.isEmpty()) {
      Change change = changes.pop();
      window.set(change.offset(), change.before());
    }
    window.rolledBack();
  }

  OffsetAndMetadata committed() {
    return committed;
  }

  /** Returns whether the partition is being drained, so that nothing new is started. */
  boolean draining() {
    return draining;
  }

  void beginDraining() {
    draining = true;
  }

  /** Returns whether another worker may own it now. */
  boolean lost() {
    return lost;
  }

  void forget() {
    lost = true;
    lanes.clear();
    unsent.clear();
  }

  /** Returns the number of records read but not started yet. */
  int waiting() {
    return waiting;
  }

  void addWaiting(int change) {
    waiting += change;
  }

  /** Returns the bytes of the records that wait or are in flight. */
  long bytes() {
    return bytes;
  }

  void addBytes(long change) {
    bytes += change;
  }

  /** Returns how much of their share of the memory they use. */
  Filling filling() {
    return filling;
  }

  void setFilling(Filling filling) {
    this.filling = filling;
  }

  /** Records that no more of it can be read; what was read is still sent. */
  void endsAt(String reason) {
    damage = reason;
  }

  /** Returns why no more of it can be read, or null. */
  @Nullable String damage() {
    return damage;
  }

  /** Records that it is full, so that nothing more of it is read from this time on. */
  void stopReading(long nowNanos) {
    if (!stopped) {
      stopped = true;
      stoppedNanos = nowNanos;
    }
  }

  void readOn() {
    stopped = false;
  }

  /** Returns whether it has been read since it was full, if it ever was. */
  boolean isRead() {
    return !stopped;
  }

  /** Returns for how long nothing of it has been read because it is full, ns. */
  long unreadNanos(long nowNanos) {
    return stopped ? nowNanos - stoppedNanos : 0;
  }

  /** Records that a request could be sent but has no room in the window. */
  void block(long nowNanos) {
    blocked = true;
    long since = nowNanos - blockedNanos(nowNanos);
    blockade = new Blockade(window.base(), since, nowNanos);
  }

  /**
   * Returns for how long requests that could be sent have had no room in the window, which has
   * stayed where it was, ns.
   */
  long blockedNanos(long nowNanos) {
    Blockade last = blockade;
    if (last == null
        || last.base() != window.base()
        || nowNanos - last.lastNanos() >= BLOCKED_AGAIN.toNanos()) {
      return 0;
    }
    return nowNanos - last.sinceNanos();
  }

  /** Returns whether that has happened since the last call. */
  boolean takeBlocked() {
    boolean before = blocked;
    blocked = false;
    return before;
  }

  /** Records that a lane was held back because the window is nearly full. */
  void holdBack() {
    heldBack = true;
  }

  /** Returns whether that has happened since the last call. */
  boolean takeHeldBack() {
    boolean before = heldBack;
    heldBack = false;
    return before;
  }

  /**
   * Returns whether waiting records may soon block others: half of what may be read ahead, of the
   * window or of the memory is used.
   */
  boolean crowded() {
    return waiting >= RequestReader.PARTITION_BUFFER / 2
        || filling != Filling.LITTLE
        || window.crowded();
  }

  /**
   * Returns how many requests may be held that cannot be sent for a while; of large ones only few.
   */
  int mostHeld() {
    return switch (filling) {
      case LITTLE -> MOST_HELD;
      case HALF -> MOST_HELD_IF_LARGE;
      case FULL -> 0;
    };
  }

  /** Returns whether no more is read, so that the next requests' senders are unknown. */
  boolean full() {
    return waiting >= RequestReader.PARTITION_BUFFER || filling == Filling.FULL;
  }

  int inFlight() {
    return inFlight;
  }

  void addInFlight(SendTask task, int change) {
    inFlight += change;
    int itsBytes = change * task.bytes();
    bytesInFlight += itsBytes;
    if (!lost) {
      lane(task).addInFlight(change, itsBytes);
    }
  }

  /**
   * Sets half of its share of the memory once that is scarce, bytes: one for what is in flight, for
   * as long as a silent provider likes, and one for what waits, so that more can be read meanwhile.
   */
  void setHalf(long half) {
    this.half = half;
  }

  /** Returns whether there is room for reading on. */
  boolean hasRoom() {
    return waiting < RequestReader.PARTITION_BUFFER / 2
        && filling != Filling.FULL
        && bytes - bytesInFlight < half;
  }

  /**
   * Returns whether what is in flight fills its half of the memory, and a lane has at least its
   * part of that.
   *
   * @param picked bytes of it that are about to be in flight as well
   */
  boolean fillsMemory(Lane lane, long picked) {
    long all = bytesInFlight + picked;
    if (all < half) {
      return false;
    }
    long others = lanes.values().stream().filter(one -> one != lane && one.inFlight() > 0).count();
    return (lane.bytesInFlight() + picked) * (others + 1) >= all;
  }

  /** Returns whether more than one of its lanes have something to send or in flight. */
  boolean shared() {
    return lanes.values().stream()
            .filter(lane -> lane.size() + lane.inFlight() > 0)
            .limit(2)
            .count()
        > 1;
  }
}
