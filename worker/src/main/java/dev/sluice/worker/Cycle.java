package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.worker.Launcher.Finished;
import dev.sluice.worker.TransactionalOutput.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
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

  /**
   * How long a worker that has left the group awaits what is still in flight; with the time before
   * that, less than an orchestrator commonly grants.
   */
  private static final Duration LATE_OUTCOMES = Duration.ofSeconds(5);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TransactionalOutput output;
  private final Launcher launcher;
  private final OutcomePolicy policy;
  private final WorkerConfig config;
  private final WorkerMeters meters;
  private final Assignment assignment;
  private final Intake intake;
  private final Postponed postponed = new Postponed();
  private final Picker picker;
  private final Departures departures;
  private final MissingProviders missing;
  private final Outages outages;
  private final Signals signals;
  private final ControlsView controls;
  private final Breakers breakers;

  /** Outcomes not yet in a committed transaction. */
  private final List<Finished> unpublished = new ArrayList<>();

  private long lastCommitNanos = System.nanoTime();
  private boolean draining;

  Cycle(
      KafkaConsumer<byte[], byte[]> consumer,
      TransactionalOutput output,
      Launcher launcher,
      Breakers breakers,
      Standstill standstill,
      ControlsView controls,
      MissingProviders missing,
      Outages outages,
      WorkerConfig config,
      WorkerMeters meters,
      Health health) {
    this.consumer = consumer;
    this.output = output;
    this.launcher = launcher;
    this.breakers = breakers;
    this.missing = missing;
    this.signals = new Signals(controls, missing);
    this.picker = new Picker(signals, launcher, breakers, standstill, config.maxInFlight());
    this.departures = new Departures(signals, postponed);
    this.outages = outages;
    this.controls = controls;
    this.config = config;
    this.meters = meters;
    this.policy = new OutcomePolicy(config.retries());
    this.assignment =
        new Assignment(consumer, config.kafka().topics().sendRequests(), this::giveAway, health);
    this.intake = new Intake(consumer, assignment, postponed, signals);
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

  /**
   * Starts nothing new, finishes what is in flight, within the bound, and leaves the group. What
   * outlasts that is awaited a little longer, and its outcome published without an offset.
   */
  void stop() {
    giveAway(assignment.all());
    draining = true;
    consumer.unsubscribe();
    workUntil(() -> launcher.inFlight() == 0, LATE_OUTCOMES);
  }

  private void giveAway(List<OwnedPartition> partitions) {
    if (draining || partitions.isEmpty()) {
      return;
    }
    partitions.forEach(OwnedPartition::beginClosing);
    workUntil(
        () -> partitions.stream().allMatch(partition -> partition.inFlight() == 0), config.drain());
  }

  private void workUntil(BooleanSupplier nothingInFlight, Duration bound) {
    long deadline = System.nanoTime() + bound.toNanos();
    while (true) {
      // What finished before this question is asked is drained by the work that follows it.
      boolean idle = nothingInFlight.getAsBoolean();
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
    intake.poll(busy ? PACE.dividedBy(2) : IDLE_POLL);
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
      land(finished);
    }
    Round round = new Round(config.kafka().topics(), policy, controls, signals, output.budget());
    unpublished.forEach(round::conclude);
    outages.look(controls.probing(), assignment::hasFirstLaneOf);
    for (String sender = outages.poll(); sender != null; sender = outages.poll()) {
      round.unblock(sender);
    }
    departures.depart(assignment.all(), round);
    breakers.review(controls::sender, System.nanoTime()).forEach(round::steer);
    picker.pick(assignment.all(), round);
    missing.report(round::block);
    if (round.isEmpty() && !marksPassed()) {
      return true;
    }
    return finish(round);
  }

  private void land(Finished finished) {
    Job job = finished.job();
    job.landed(finished.at());
    policy.observe(finished);
    meters.finished(finished.outcome());
    unpublished.add(finished);
    switch (finished.outcome()) {
      case SendOutcome.Throttled(String code, String detail, Duration pause)
          when !job.partition().lost() ->
          job.partition().lane(job).throttled(pause);
      default -> {}
    }
  }

  /** Whether only transaction markers were passed, for a while: committing them shows no lag. */
  private boolean marksPassed() {
    return System.nanoTime() - lastCommitNanos > Duration.ofSeconds(1).toNanos()
        && launcher.inFlight() == 0
        && assignment.all().stream().anyMatch(partition -> partition.toCommit() != null);
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
    Verdict verdict = output.commit(round.records(), offsets, consumer.groupMetadata());
    lastCommitNanos = System.nanoTime();
    meters.transaction(lastCommitNanos - begunNanos);
    picker.measured(lastCommitNanos - begunNanos);
    boolean committed =
        switch (verdict) {
          case COMMITTED -> true;
          case REFUSED, TOO_LARGE -> false;
          case UNKNOWN -> !offsets.isEmpty() && isCommitted(offsets);
        };
    if (committed) {
      for (OwnedPartition partition : assignment.all()) {
        partition.commit(offsets.getOrDefault(partition.topicPartition(), partition.committed()));
      }
      unpublished.clear();
      round.carryOut(launcher, postponed, begunNanos);
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
}
