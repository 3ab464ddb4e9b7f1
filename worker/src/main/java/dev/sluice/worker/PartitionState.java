package dev.sluice.worker;

import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * A partition while this worker owns it. When it is taken away the object stays behind as {@code
 * lost}, so that a send that comes back late knows that its window is somebody else's now.
 */
final class PartitionState {
  private final TopicPartition topicPartition;
  private final OffsetWindow window;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Deque<Change> changes = new ArrayDeque<>();

  /** In the order of their offsets, because the window lets go of the first ones first. */
  private final PriorityQueue<UnsentRecord> leaving =
      new PriorityQueue<>(Comparator.comparingLong(UnsentRecord::offset));

  private int leavingBytes;
  private OffsetAndMetadata committed;
  private boolean closing;

  /** Read by sending threads, which must not launch for a partition that is gone. */
  private volatile boolean lost;

  private int waiting;
  private int inFlight;

  private record Change(long offset, State before) {}

  PartitionState(TopicPartition topicPartition, OffsetWindow window, OffsetAndMetadata committed) {
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
        task.request().laneKey().toString(), key -> new Lane(task.request().permitsPerSecond()));
  }

  List<Lane> lanes() {
    return new ArrayList<>(lanes.values());
  }

  /** It leaves when the window allows that. */
  void leave(UnsentRecord record) {
    leaving.add(record);
    leavingBytes += record.bytes();
  }

  /** The next that is to leave, or null. */
  @Nullable UnsentRecord firstLeaving() {
    return leaving.peek();
  }

  void takeLeaving() {
    leavingBytes -= leaving.remove().bytes();
  }

  /** What those that are to leave keep in memory. */
  int leavingBytes() {
    return leavingBytes;
  }

  /** Changes how an offset stands; {@link #rollBack} takes it back until it is committed. */
  void set(long offset, State state) {
    changes.push(new Change(offset, window.state(offset)));
    window.set(offset, state);
  }

  /** The place to commit, or null if it is the committed one. */
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

  /** Whether it is being given away: nothing new is started. */
  boolean closing() {
    return closing;
  }

  void beginClosing() {
    closing = true;
  }

  /** Whether it is somebody else's now. */
  boolean lost() {
    return lost;
  }

  void forget() {
    lost = true;
    lanes.clear();
    leaving.clear();
  }

  /** Records read and not yet started. */
  int waiting() {
    return waiting;
  }

  void addWaiting(int change) {
    waiting += change;
  }

  int inFlight() {
    return inFlight;
  }

  void addInFlight(int change) {
    inFlight += change;
  }
}
