package dev.sluice.worker;

import dev.sluice.runtime.Machine;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.HeldMemory.Filling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition while this worker owns it. When the partition is revoked the object stays behind as
 * {@code lost}, so that a send that ends late knows that another worker owns the window now.
 */
final class PartitionState {
  /**
   * How many requests of a lane may be held. Each keeps an offset open, and a window has room for
   * about 600 of all the lanes of its partition.
   */
  static final int MOST_HELD = 200;

  private static final int MOST_HELD_IF_LARGE = 10;

  private final TopicPartition topicPartition;
  private final OffsetWindow window;
  private final Machine machine;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Deque<Change> changes = new ArrayDeque<>();

  /** Ordered by offset, because the window can only move on from its base. */
  private final PriorityQueue<UnsentRecord> unsent =
      new PriorityQueue<>(Comparator.comparingLong(UnsentRecord::offset));

  private OffsetAndMetadata committed;
  private boolean draining;

  /** Read by sending threads, which must not launch for a lost partition. */
  private volatile boolean lost;

  private int waiting;
  private int inFlight;
  private long bytes;
  private boolean blocked;
  private Filling filling = Filling.LITTLE;

  private record Change(long offset, State before) {}

  PartitionState(
      TopicPartition topicPartition,
      OffsetWindow window,
      OffsetAndMetadata committed,
      Machine machine) {
    this.machine = machine;
    this.topicPartition = topicPartition;
    this.window = window;
    this.committed = committed;
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

  /** Adds a record that will be done unsent, as soon as the window allows. */
  void addUnsent(UnsentRecord record) {
    unsent.add(record);
  }

  /** The unsent record with the lowest offset, or null. */
  @Nullable UnsentRecord firstUnsent() {
    return unsent.peek();
  }

  void removeFirstUnsent() {
    unsent.remove();
  }

  /** Sets an offset's state; {@link #rollBack} undoes that until it is committed. */
  void set(long offset, State state) {
    changes.push(new Change(offset, window.state(offset)));
    window.set(offset, state);
  }

  /** The offset and metadata to commit, or null if nothing has changed. */
  @Nullable OffsetAndMetadata toCommit() {
    OffsetAndMetadata place = new OffsetAndMetadata(window.firstOpen(), window.encode());
    boolean same =
        place.offset() == committed.offset() && place.metadata().equals(committed.metadata());
    return same ? null : place;
  }

  /** The transaction has committed. */
  void commit(OffsetAndMetadata place) {
    committed = place;
    changes.clear();
    window.committed();
  }

  /** The transaction has not committed. */
  void rollBack() {
    while (!changes.isEmpty()) {
      Change change = changes.pop();
      window.set(change.offset(), change.before());
    }
  }

  OffsetAndMetadata committed() {
    return committed;
  }

  /** Whether the partition is being drained: nothing new is started. */
  boolean draining() {
    return draining;
  }

  void beginDraining() {
    draining = true;
  }

  /** Whether another worker may own it now. */
  boolean lost() {
    return lost;
  }

  void forget() {
    lost = true;
    lanes.clear();
    unsent.clear();
  }

  /** Records read and not yet started. */
  int waiting() {
    return waiting;
  }

  void addWaiting(int change) {
    waiting += change;
  }

  /** Bytes of the records that wait or are in flight. */
  long bytes() {
    return bytes;
  }

  void addBytes(long change) {
    bytes += change;
  }

  /** How much of its share of the memory they take. */
  Filling filling() {
    return filling;
  }

  void setFilling(Filling filling) {
    this.filling = filling;
  }

  /** A request could be sent, and has no room in the window. */
  void block() {
    blocked = true;
  }

  /** Whether that was so since this was asked last. */
  boolean takeBlocked() {
    boolean before = blocked;
    blocked = false;
    return before;
  }

  /** Whether what waits may soon stop others: the window or the memory is half full. */
  boolean crowded() {
    return waiting >= RequestReader.PARTITION_BUFFER / 2
        || filling != Filling.LITTLE
        || window.crowded();
  }

  /** How many requests may be held that cannot be sent for a while: large ones are few. */
  int mostHeld() {
    return switch (filling) {
      case LITTLE -> MOST_HELD;
      case HALF -> MOST_HELD_IF_LARGE;
      case FULL -> 0;
    };
  }

  /** Whether no more is read, so that nobody knows whose requests would come next. */
  boolean full() {
    return waiting >= RequestReader.PARTITION_BUFFER || filling == Filling.FULL;
  }

  int inFlight() {
    return inFlight;
  }

  void addInFlight(SendTask task, int change) {
    inFlight += change;
    if (!lost) {
      lane(task).addInFlight(change);
    }
  }

  /** Whether more than one of its lanes have something to send, or in flight. */
  boolean shared() {
    return lanes.values().stream()
            .filter(lane -> lane.size() + lane.inFlight() > 0)
            .limit(2)
            .count()
        > 1;
  }
}
