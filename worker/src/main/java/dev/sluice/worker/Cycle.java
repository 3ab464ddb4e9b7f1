package dev.sluice.worker;

import dev.sluice.schema.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableEventException;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Launcher.Finished;
import dev.sluice.worker.TransactionalOutput.Verdict;
import dev.sluice.worker.provider.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The worker's round: take records in, drain outcomes, pick what is next, record all of it in one
 * transaction, and launch the picks only when that has committed. One thread runs it; virtual
 * threads call the provider and hand outcomes back through the {@link Launcher}.
 */
final class Cycle {
  /** A transaction carries what came together in this time, so that it is a batch at high rates. */
  private static final Duration PACE = Duration.ofMillis(20);

  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  private static final Duration HELD_LOOK = Duration.ofMillis(250);

  /** A record that must wait is put back at the tail of its lane after so long in memory. */
  private static final Duration HELD_IN_MEMORY = Duration.ofSeconds(5);

  /** Records of a partition held in memory before it is paused. */
  private static final int PARTITION_BUFFER = 2_000;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TransactionalOutput output;
  private final Launcher launcher;
  private final Controls controls;
  private final OutcomePolicy policy;
  private final WorkerConfig config;
  private final WorkerMeters meters;
  private final Assignment assignment;
  private final Postponed postponed = new Postponed();
  private final PickAhead pickAhead = new PickAhead();

  /** Outcomes not yet in a committed transaction. */
  private final List<Finished> unpublished = new ArrayList<>();

  /** Records nobody can read, not yet in a committed transaction. */
  private final List<Unreadable> unreadable = new ArrayList<>();

  private long lastCommitNanos = System.nanoTime();
  private int turns;
  private boolean draining;

  private record Unreadable(
      OwnedPartition partition, ConsumerRecord<byte[], byte[]> record, String reason) {}

  Cycle(
      KafkaConsumer<byte[], byte[]> consumer,
      TransactionalOutput output,
      Launcher launcher,
      Controls controls,
      WorkerConfig config,
      WorkerMeters meters,
      Health health) {
    this.consumer = consumer;
    this.output = output;
    this.launcher = launcher;
    this.controls = controls;
    this.config = config;
    this.meters = meters;
    this.policy = new OutcomePolicy(config.retries());
    this.assignment = new Assignment(consumer, this::giveAway, health);
  }

  Assignment assignment() {
    return assignment;
  }

  /** One round. */
  void turn() {
    poll();
    assignment.recover();
    if (System.nanoTime() - lastCommitNanos >= PACE.toNanos()) {
      work();
    }
  }

  /** Outcomes that no transaction has carried; another cycle publishes them. */
  List<Finished> unpublished() {
    return List.copyOf(unpublished);
  }

  /** Finishes what is in flight, within the bound, and starts nothing new. */
  void drain() {
    giveAway(assignment.all());
    draining = true;
  }

  private void giveAway(List<OwnedPartition> partitions) {
    if (draining || partitions.isEmpty()) {
      return;
    }
    partitions.forEach(OwnedPartition::beginClosing);
    long deadline = System.nanoTime() + config.drain().toNanos();
    while (true) {
      // What finished before this question is asked is drained by the work that follows it.
      boolean idle = partitions.stream().allMatch(partition -> partition.inFlight() == 0);
      boolean late = System.nanoTime() >= deadline;
      if (!work() || idle || late) {
        return;
      }
      try {
        Thread.sleep(PACE.dividedBy(4));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void poll() {
    boolean busy =
        launcher.inFlight() > 0
            || !unpublished.isEmpty()
            || assignment.all().stream().anyMatch(partition -> partition.waiting() > 0);
    for (ConsumerRecord<byte[], byte[]> record :
        consumer.poll(busy ? PACE.dividedBy(2) : IDLE_POLL)) {
      OwnedPartition partition =
          assignment.find(new TopicPartition(record.topic(), record.partition()));
      if (partition != null) {
        admit(partition, record);
      }
    }
    for (OwnedPartition partition : assignment.all()) {
      partition.window().skipTo(consumer.position(partition.topicPartition()));
      throttleReading(partition);
    }
  }

  private void throttleReading(OwnedPartition partition) {
    List<TopicPartition> itself = List.of(partition.topicPartition());
    if (partition.waiting() >= PARTITION_BUFFER) {
      consumer.pause(itself);
    } else if (partition.waiting() < PARTITION_BUFFER / 2) {
      consumer.resume(itself);
    }
  }

  private void admit(OwnedPartition partition, ConsumerRecord<byte[], byte[]> record) {
    State state = partition.window().admit(record.offset());
    if (state == State.DONE) {
      return;
    }
    try {
      SendRequest request = read(record);
      Job job = new Job(partition, record.offset(), request, System.nanoTime());
      if (state == State.STARTED) {
        // The last owner declared it started and published no outcome.
        unpublished.add(
            new Finished(
                job,
                new Outcome.InDoubt("the worker that was sending it went away"),
                Instant.now()));
      } else {
        partition.addWaiting(1);
        enqueue(job);
      }
    } catch (UnreadableEventException e) {
      unreadable.add(new Unreadable(partition, record, e.getMessage()));
    }
  }

  private static SendRequest read(ConsumerRecord<byte[], byte[]> record) {
    SendRequest request = Json.read(record.value(), SendRequest.class);
    String lane = request.laneKey().toString();
    if (record.key() == null || !lane.equals(new String(record.key(), StandardCharsets.UTF_8))) {
      throw new UnreadableEventException("the key is not the request's lane " + lane);
    }
    return request;
  }

  private void enqueue(Job job) {
    Instant notBefore = job.request().notBefore();
    if (notBefore != null && notBefore.isAfter(Instant.now())) {
      Duration wait = Duration.between(Instant.now(), notBefore);
      postpone(job, wait.compareTo(HELD_IN_MEMORY) < 0 ? wait : HELD_IN_MEMORY);
    } else {
      job.partition().lane(job).add(job);
    }
  }

  private void postpone(Job job, Duration delay) {
    postponed.add(job, System.nanoTime() + delay.toNanos());
  }

  /**
   * Records outcomes and picks in one transaction and launches the picks.
   *
   * @return false if this worker is no longer a member of its group
   */
  private boolean work() {
    for (Job due = postponed.nextDue(System.nanoTime());
        due != null;
        due = postponed.nextDue(System.nanoTime())) {
      due.partition().lane(due).add(due);
    }
    for (Finished finished = launcher.poll(); finished != null; finished = launcher.poll()) {
      finished.job().landed(finished.outcome());
      meters.finished(finished.outcome());
      unpublished.add(finished);
    }
    Round round = new Round(new Batch(config.kafka().topics()));
    unreadable.forEach(round::bury);
    unpublished.forEach(round::conclude);
    pick(round);
    if (round.isEmpty() && !marksPassed()) {
      return true;
    }
    return finish(round);
  }

  /** Whether only transaction markers were passed, for a while: committing them shows no lag. */
  private boolean marksPassed() {
    return System.nanoTime() - lastCommitNanos > Duration.ofSeconds(1).toNanos()
        && launcher.inFlight() == 0
        && assignment.all().stream().anyMatch(partition -> partition.toCommit() != null);
  }

  private void pick(Round round) {
    if (!controls.complete()) {
      return;
    }
    List<OwnedPartition> partitions = new ArrayList<>(assignment.all());
    // Another one begins each time, so that none is last whenever the places in flight run out.
    Collections.rotate(partitions, turns++);
    int slots = config.maxInFlight() - launcher.inFlight();
    for (OwnedPartition partition : partitions) {
      if (partition.closing()) {
        continue;
      }
      for (Lane lane : partition.lanes()) {
        slots -= pick(lane, slots, round);
      }
    }
  }

  private int pick(Lane lane, int slots, Round round) {
    int allowed = Math.min(lane.allowance(pickAhead.duration()), slots);
    int picked = 0;
    // Records that must wait or are dropped use up no slot, but not without end in one round.
    for (int looked = 0; looked < PARTITION_BUFFER && picked < allowed; looked++) {
      Job job = lane.peek();
      if (job == null || !job.partition().window().mayTouch(job.offset())) {
        break;
      }
      lane.take();
      switch (controls.state(job.request().campaignId(), job.request().sender().id())) {
        case RUNNING -> {
          if (mustWait(job)) {
            round.requeue(job, lane);
          } else {
            round.start(job, lane);
            picked++;
          }
        }
        case PAUSED -> {
          if (System.nanoTime() - job.readAtNanos() > HELD_IN_MEMORY.toNanos()) {
            round.requeue(job, lane);
          } else {
            postpone(job, HELD_LOOK);
          }
        }
        case CANCELLED -> round.drop(job, lane);
      }
    }
    return picked;
  }

  private static boolean mustWait(Job job) {
    Instant notBefore = job.request().notBefore();
    return notBefore != null
        && job.request().attempts() == job.attempts()
        && notBefore.isAfter(Instant.now());
  }

  private boolean finish(Round round) {
    long begunNanos = System.nanoTime();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (OwnedPartition partition : assignment.all()) {
      OffsetAndMetadata place = partition.toCommit();
      if (place != null) {
        offsets.put(partition.topicPartition(), place);
      }
    }
    Verdict verdict = output.commit(round.batch.records(), offsets, consumer.groupMetadata());
    lastCommitNanos = System.nanoTime();
    meters.transaction(lastCommitNanos - begunNanos);
    pickAhead.measured(lastCommitNanos - begunNanos);
    boolean committed =
        switch (verdict) {
          case COMMITTED -> true;
          case REFUSED -> false;
          case UNKNOWN -> !offsets.isEmpty() && isCommitted(offsets);
        };
    if (committed) {
      offsets.forEach((partition, place) -> {
        OwnedPartition owner = assignment.find(partition);
        if (owner != null) {
          owner.commit(place);
        }
      });
      unpublished.clear();
      unreadable.clear();
      round.carryOut(begunNanos);
    } else {
      assignment.all().forEach(OwnedPartition::rollBack);
      round.takeBack();
    }
    return verdict != Verdict.REFUSED;
  }

  /** Asks Kafka whether the transaction whose end nobody saw has committed. */
  private boolean isCommitted(Map<TopicPartition, OffsetAndMetadata> offsets) {
    while (true) {
      try {
        Map<TopicPartition, OffsetAndMetadata> now =
            consumer.committed(offsets.keySet(), Duration.ofSeconds(5));
        return offsets.entrySet().stream()
            .allMatch(entry -> same(entry.getValue(), now.get(entry.getKey())));
      } catch (TimeoutException e) {
        output.requirePatience();
      }
    }
  }

  private static boolean same(OffsetAndMetadata ours, @Nullable OffsetAndMetadata theirs) {
    return theirs != null
        && ours.offset() == theirs.offset()
        && ours.metadata().equals(theirs.metadata());
  }

  /** What one transaction does, and how it is taken back if it does not commit. */
  private final class Round {
    private final Batch batch;
    private final List<Started> started = new ArrayList<>();
    private final Deque<Started> ended = new ArrayDeque<>();
    private final Map<Job, Duration> waits = new HashMap<>();
    private int changes;

    private record Started(Job job, Lane lane) {}

    private Round(Batch batch) {
      this.batch = batch;
    }

    private boolean isEmpty() {
      return changes == 0;
    }

    private void bury(Unreadable record) {
      changes++;
      batch.deadLetter(record.record(), record.reason());
      if (!record.partition().lost()) {
        record.partition().set(record.record().offset(), State.DONE);
      }
    }

    private void conclude(Finished finished) {
      changes++;
      Job job = finished.job();
      switch (policy.decide(finished)) {
        case Decision.Publish(var result) -> {
          batch.result(result);
          mark(job, State.DONE);
        }
        case Decision.Requeue(var copy) -> {
          batch.requeue(job.partition().topicPartition().partition(), copy);
          mark(job, State.DONE);
        }
        case Decision.Wait(var delay) -> {
          mark(job, State.WAITING);
          waits.put(job, delay);
        }
      }
    }

    private void start(Job job, Lane lane) {
      changes++;
      mark(job, State.STARTED);
      started.add(new Started(job, lane));
    }

    private void requeue(Job job, Lane lane) {
      batch.requeue(
          job.partition().topicPartition().partition(),
          job.request().again(job.attempts(), job.request().notBefore()));
      drop(job, lane);
    }

    private void drop(Job job, Lane lane) {
      changes++;
      mark(job, State.DONE);
      ended.addLast(new Started(job, lane));
    }

    private void mark(Job job, State state) {
      if (!job.partition().lost()) {
        job.partition().set(job.offset(), state);
      }
    }

    private void carryOut(long begunNanos) {
      for (Started one : started) {
        one.job().partition().addWaiting(-1);
        one.job().takeOff();
        launcher.launch(one.job(), one.lane(), begunNanos);
      }
      ended.forEach(one -> one.job().partition().addWaiting(-1));
      waits.forEach((job, delay) -> {
        job.partition().addWaiting(1);
        postpone(job, delay);
      });
    }

    private void takeBack() {
      started.reversed().forEach(one -> one.lane().putBack(one.job()));
      ended.reversed().forEach(one -> one.lane().putBack(one.job()));
    }
  }
}
