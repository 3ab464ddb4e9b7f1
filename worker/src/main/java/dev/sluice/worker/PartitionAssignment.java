package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.UnreadableWindowException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this worker owns. A new one is read only after its window was recovered from
 * the committed offset's metadata. A partition whose window cannot be recovered is kept closed,
 * without affecting others, and retried periodically.
 */
final class PartitionAssignment implements ConsumerRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(PartitionAssignment.class);
  private static final Duration RETRY_CLOSED = Duration.ofSeconds(3);

  /** The shortest time between lookups. */
  private static final Duration LOOKUP_EVERY = Duration.ofMillis(100);

  /**
   * The name of the threads of lookups. A lookup waits for partitions without a leader, and nothing
   * is launched while the loop's own thread waits.
   */
  static final String LOOKUP = "places";

  /**
   * A new member is first assigned nothing, until the others have given partitions away. One that
   * has nothing after this time is a spare.
   */
  private static final Duration SPARE_AFTER = Duration.ofSeconds(3);

  /** A dead worker's transaction ends sooner, by its own timeout. */
  private static final Duration KNOWN_WITHIN = Duration.ofSeconds(20);

  /** Others are read less for the first records of a new partition, but not for longer. */
  private static final Duration FIRST_WITHIN = Duration.ofSeconds(1);

  private static final String UNKNOWN =
      "its committed offset or its log cannot be read: a transaction does not end, or there is no"
          + " leader";

  private final RequestSource source;
  private final String topic;
  private final Consumer<List<PartitionState>> drain;
  private final Health health;
  private final Machine machine;
  private final Map<TopicPartition, PartitionState> owned = new HashMap<>();
  private final Set<TopicPartition> recovering = new HashSet<>();
  private final Set<TopicPartition> closed = new HashSet<>();
  private @Nullable CompletableFuture<Map<TopicPartition, Place>> lookup;

  /** The offsets that a broker could not read, until they have been passed. */
  private final Map<TopicPartition, Long> damaged = new HashMap<>();

  /** Opened partitions of which nothing has been read yet, although their logs go on. */
  private final Map<TopicPartition, Unread> unread = new HashMap<>();

  private long lastLookupNanos;
  private long untilNextLookupNanos;
  private long lastAssignedNanos;
  private boolean member;

  private record Unread(long offset, long sinceNanos) {}

  /**
   * Follows a source's assignment.
   *
   * @param drain finishes what is in flight in partitions that are about to be revoked; must be
   *     bounded in time
   */
  PartitionAssignment(
      RequestSource source,
      String topic,
      Consumer<List<PartitionState>> drain,
      Health health,
      Machine machine) {
    this.source = source;
    this.machine = machine;
    this.topic = topic;
    this.drain = drain;
    this.health = health;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    // Looking up offsets may have to wait for a dead worker's transaction. That must not happen in
    // this callback, nor in the consumer, which fails if there is no offset.
    source.pause(partitions);
    partitions.forEach(partition -> source.seek(partition, 0));
    recovering.addAll(partitions);
    lookup = null;
    lastAssignedNanos = machine.ticker().nanoTime();
    lastLookupNanos = lastAssignedNanos;
    untilNextLookupNanos = 0;
    member = true;
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    drain.accept(partitions.stream().filter(owned::containsKey).map(owned::get).toList());
    onPartitionsLost(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    recovering.removeAll(partitions);
    closed.removeAll(partitions);
    // Its result may be outdated if they come back.
    lookup = null;
    damaged.keySet().removeAll(partitions);
    unread.keySet().removeAll(partitions);
    for (TopicPartition partition : partitions) {
      PartitionState gone = owned.remove(partition);
      if (gone != null) {
        gone.forget();
      }
      health.working(component(partition));
    }
    if (!partitions.isEmpty()) {
      log.info("{} partition(s) revoked, {} still owned", partitions.size(), owned.size());
    }
  }

  /** Opens the partitions whose windows can be recovered now. */
  void recover() {
    long now = machine.ticker().nanoTime();
    reportMembership(now);
    if (!closed.isEmpty() && now - lastLookupNanos >= RETRY_CLOSED.toNanos()) {
      recovering.addAll(closed);
    }
    if (lookup == null && !recovering.isEmpty() && now - lastLookupNanos >= untilNextLookupNanos) {
      lookup = lookUp(Set.copyOf(recovering));
    }
    if (lookup == null || !lookup.isDone()) {
      return;
    }
    long before = readable();
    Map<TopicPartition, Place> places = source.confirmed(lookup.resultNow());
    lookup = null;
    lastLookupNanos = machine.ticker().nanoTime();
    untilNextLookupNanos = LOOKUP_EVERY.toNanos();
    places.forEach((partition, place) -> {
      recovering.remove(partition);
      open(partition, place);
    });
    recovering.removeAll(closed);
    if (now - lastAssignedNanos >= KNOWN_WITHIN.toNanos()) {
      List.copyOf(recovering).forEach(partition -> close(partition, UNKNOWN));
    }
    if (readable() > before) {
      log.info("took over {} partition(s), owns {}", readable() - before, owned.size());
    }
  }

  /** A rollout that went on before would stop a worker whose partitions are still on the move. */
  private void reportMembership(long now) {
    if (member && (!owned.isEmpty() || now - lastAssignedNanos >= SPARE_AFTER.toNanos())) {
      health.working("group");
    }
  }

  private CompletableFuture<Map<TopicPartition, Place>> lookUp(Set<TopicPartition> partitions) {
    CompletableFuture<Map<TopicPartition, Place>> places = new CompletableFuture<>();
    machine
        .threads()
        .start(
            Thread.ofVirtual().name(LOOKUP),
            () -> {
              try {
                places.complete(source.places(partitions));
              } catch (RuntimeException e) {
                log.warn("cannot look up partitions: {}", Reasons.of(e));
              } finally {
                // Nothing if it could not be looked up; another look is due then.
                places.complete(Map.of());
              }
            });
    return places;
  }

  private long readable() {
    return owned.keySet().stream().filter(partition -> !damaged.containsKey(partition)).count();
  }

  private void open(TopicPartition partition, Place place) {
    try {
      Place.Recorded recorded = place.recorded();
      OffsetAndMetadata committed = recorded.committed();
      OffsetWindow window = new OffsetWindow(committed.offset(), recorded.runs());
      owned.put(partition, new PartitionState(partition, window, committed, machine));
      source.seek(partition, committed.offset());
      source.resume(Set.of(partition));
      closed.remove(partition);
      if (!damaged.containsKey(partition)) {
        health.working(component(partition));
      }
      reached(partition, committed.offset());
      if (committed.offset() < place.end()) {
        unread.put(partition, new Unread(committed.offset(), machine.ticker().nanoTime()));
      }
    } catch (UnreadableWindowException e) {
      close(partition, e.getMessage());
    }
  }

  /**
   * Stops sending from a partition whose log cannot be read from an offset on. It is tried again,
   * because another broker may have an intact copy, and stays reported until that offset is passed.
   */
  void closeAt(TopicPartition partition, long offset, String reason) {
    close(partition, reason);
    damaged.put(partition, offset);
  }

  /** Records that a partition is read from this offset on. */
  void reached(TopicPartition partition, long position) {
    Unread first = unread.get(partition);
    if (first != null && position > first.offset()) {
      unread.remove(partition);
    }
    Long unreadable = damaged.get(partition);
    if (unreadable != null && position > unreadable) {
      damaged.remove(partition);
      health.working(component(partition));
    }
  }

  /** Returns whether the first records of a partition that was taken over have yet to come. */
  boolean awaitsFirstRecords() {
    long now = machine.ticker().nanoTime();
    unread.values().removeIf(one -> now - one.sinceNanos() > FIRST_WITHIN.toNanos());
    return !unread.isEmpty();
  }

  /** Stops sending from a partition of which it is unknown what was sent. */
  void close(TopicPartition partition, String reason) {
    damaged.remove(partition);
    unread.remove(partition);
    PartitionState open = owned.remove(partition);
    if (open != null) {
      open.forget();
    }
    recovering.remove(partition);
    closed.add(partition);
    source.pause(Set.of(partition));
    health.failing(
        component(partition),
        reason + "; nothing is sent from this partition until it is repaired (sluice window)");
  }

  private static String component(TopicPartition partition) {
    return "window " + partition;
  }

  /**
   * Returns whether a sender's first lane is in a partition of this worker, even if it is closed.
   */
  boolean hasFirstLaneOf(String senderId) {
    Set<TopicPartition> assigned = source.assignment();
    if (assigned.isEmpty()) {
      return false;
    }
    int partitions = source.partitions();
    return assigned.contains(
        new TopicPartition(topic, new LaneKey(senderId, 0).partition(partitions)));
  }

  @Nullable PartitionState find(TopicPartition partition) {
    return owned.get(partition);
  }

  List<PartitionState> all() {
    return List.copyOf(owned.values());
  }

  int size() {
    return owned.size();
  }

  /** Returns how many partitions are closed. */
  int closed() {
    return closed.size();
  }

  /** Forgets everything at once. */
  void abandon() {
    Set<TopicPartition> everything = new HashSet<>(owned.keySet());
    everything.addAll(recovering);
    everything.addAll(closed);
    onPartitionsLost(everything);
  }
}
