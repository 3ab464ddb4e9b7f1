package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.worker.Dispatcher.Finished;
import dev.sluice.worker.breaker.CircuitBreakers;
import dev.sluice.worker.breaker.ProviderProbes;
import dev.sluice.worker.output.RecordBatch;
import dev.sluice.worker.output.TransactionSink;
import dev.sluice.worker.output.TransactionSink.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The worker's loop: read requests, collect outcomes, pick the next sends, record all of it in one
 * transaction, and launch the picks only once that has committed. One thread runs it; virtual
 * threads call the provider and return outcomes through the {@link Dispatcher}.
 */
final class SendLoop {
  /**
   * The interval between transactions, which makes them batches at high rates. It is shorter while
   * lanes wait for places in flight that have become free. A shorter one costs the broker more than
   * 50 transactions a second for each worker; with a longer one sends are picked further ahead, and
   * more of them are in doubt if the worker dies.
   */
  private static final Duration PACE = Duration.ofMillis(20);

  private static final Duration IDLE_POLL = Duration.ofMillis(200);

  /**
   * How long a worker that has left the group still awaits sends in flight. Together with the
   * preceding drain it is less than the grace period that orchestrators commonly grant.
   */
  private static final Duration LATE_OUTCOMES = Duration.ofSeconds(5);

  /** How often Kafka is asked what was committed. */
  private static final int LOOKUPS = 4;

  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(5);

  private final RequestSource source;
  private final TransactionSink sink;
  private final Ticker ticker;
  private final Dispatcher dispatcher;
  private final OutcomePolicy policy;
  private final WorkerConfig config;
  private final WorkerMeters meters;
  private final FullPartitions fullPartitions;
  private final PartitionAssignment assignment;
  private final CampaignHeaders campaigns = new CampaignHeaders();
  private final RequestReader reader;
  private final DelayedTasks delayed = new DelayedTasks();
  private final SendScheduler scheduler;
  private final UnsentRecords unsentRecords;
  private final MissingProviders missing;
  private final ProviderProbes probes;
  private final AdmissionControl admission;
  private final BlockLimit blockLimit;
  private final ControlsView controls;
  private final CircuitBreakers breakers;

  /** Outcomes not yet in a committed transaction. */
  private final List<Finished> unpublished = new ArrayList<>();

  private long lastCommitNanos;
  private boolean draining;

  SendLoop(
      RequestSource source,
      TransactionSink sink,
      Dispatcher dispatcher,
      CircuitBreakers breakers,
      StallDetector stalls,
      ControlsView controls,
      MissingProviders missing,
      ProviderProbes probes,
      WorkerConfig config,
      HeldMemory memory,
      WorkerMeters meters,
      Health health,
      Machine machine) {
    this.source = source;
    this.sink = sink;
    this.ticker = machine.ticker();
    this.lastCommitNanos = ticker.nanoTime();
    this.dispatcher = dispatcher;
    this.breakers = breakers;
    this.missing = missing;
    this.admission = new AdmissionControl(controls, missing);
    this.blockLimit = new BlockLimit(controls, health);
    this.scheduler =
        new SendScheduler(
            admission,
            dispatcher,
            breakers,
            stalls,
            new ClockCheck(health),
            config.maxInFlight(),
            ticker);
    this.unsentRecords = new UnsentRecords(admission, delayed, ticker);
    this.probes = probes;
    this.controls = controls;
    this.config = config;
    this.meters = meters;
    this.fullPartitions = new FullPartitions(health);
    this.policy = new OutcomePolicy(config.retries(), controls, machine);
    this.assignment =
        new PartitionAssignment(
            source, config.kafka().topics().sendRequests(), this::drain, health, machine);
    this.reader =
        new RequestReader(
            source, assignment, delayed, admission, ticker, campaigns, config.traces(), memory);
  }

  PartitionAssignment assignment() {
    return assignment;
  }

  /** Runs one iteration. */
  void iterate() {
    poll();
    assignment.recover();
    if (ticker.nanoTime() - lastCommitNanos >= PACE.toNanos() || scheduler.canRefill()) {
      work();
    }
  }

  /** Returns the outcomes not yet in a committed transaction; a later iteration publishes them. */
  List<Finished> unpublished() {
    return List.copyOf(unpublished);
  }

  /**
   * Starts nothing new, awaits sends in flight within the drain time, and leaves the group. Sends
   * that take longer are awaited a little more, and their outcomes are published without an offset.
   */
  void stop() {
    drain(assignment.all());
    draining = true;
    source.leave();
    workUntil(() -> dispatcher.inFlight() == 0, LATE_OUTCOMES);
  }

  private void drain(List<PartitionState> partitions) {
    if (draining || partitions.isEmpty()) {
      return;
    }
    partitions.forEach(PartitionState::beginDraining);
    dispatcher.withdraw(partitions);
    workUntil(
        () ->
            partitions.stream().allMatch(partition -> partition.inFlight() == 0)
                && !unsentRecords.mustHandOver(partitions),
        config.drain());
  }

  private void workUntil(BooleanSupplier nothingInFlight, Duration bound) {
    long deadline = ticker.nanoTime() + bound.toNanos();
    while (true) {
      // Asked first, so that outcomes that have arrived by then are collected by the work below.
      boolean idle = nothingInFlight.getAsBoolean();
      boolean late = ticker.nanoTime() - deadline >= 0;
      if (!work() || idle || late) {
        return;
      }
      try {
        ticker.sleep(PACE.dividedBy(4));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void poll() {
    boolean busy =
        dispatcher.inFlight() > 0
            || !unpublished.isEmpty()
            || assignment.all().stream().anyMatch(partition -> partition.waiting() > 0);
    reader.poll(busy ? scheduler.untilRefill(PACE.dividedBy(2)) : IDLE_POLL);
  }

  /**
   * Records outcomes and picks in one transaction and launches the picks.
   *
   * @return false if this worker is no longer a member of its group
   */
  private boolean work() {
    sink.outages().review();
    for (SendTask due = delayed.nextDue(ticker.nanoTime());
        due != null;
        due = delayed.nextDue(ticker.nanoTime())) {
      due.partition().lane(due).add(due);
    }
    for (Finished finished = dispatcher.poll(); finished != null; finished = dispatcher.poll()) {
      collect(finished);
    }
    SendTransaction transaction =
        new SendTransaction(
            new RecordBatch(config.kafka().topics(), campaigns, sink.budget(), sink.outages()),
            policy,
            controls,
            admission,
            blockLimit,
            ticker);
    blockLimit.review();
    unpublished.forEach(transaction::conclude);
    probes.review(controls.probing(), assignment::hasFirstLaneOf).forEach(transaction::steer);
    for (String sender = probes.poll(); sender != null; sender = probes.poll()) {
      transaction.unblock(sender);
    }
    // While what returns to a lane is in no transaction, which may fail.
    assignment.all().forEach(partition -> partition.forgetRested(delayed, ticker.nanoTime()));
    unsentRecords.clear(assignment.all(), transaction);
    breakers.review(controls::sender, ticker.nanoTime()).forEach(transaction::steer);
    scheduler.pick(assignment.all(), transaction);
    missing.report(transaction::block);
    meters.review(assignment.all(), assignment.closed(), ticker.nanoTime());
    fullPartitions.review(assignment.all(), ticker.nanoTime());
    if (transaction.isEmpty() && !onlyMarkersPassed()) {
      return true;
    }
    return finish(transaction);
  }

  private void collect(Finished finished) {
    SendTask task = finished.task();
    if (task.answered(finished)) {
      int attempts = task.attempts();
      policy.observe(finished);
      task.trace(finished, attempts);
      meters.finished(finished);
    } else {
      // Counted by a loop that could not publish it; but this one's policy is new.
      policy.learn(finished);
    }
    unpublished.add(finished);
    if (!task.partition().lost()) {
      tell(task.partition().lane(task), finished.ending());
    }
  }

  private static void tell(Lane lane, Ending ending) {
    switch (ending) {
      case Ending.NotLaunched n -> lane.heldUp();
      case Ending.Answered(SendOutcome.Throttled(String code, String detail, Duration pause)) ->
          lane.throttled(pause);
      case Ending.Answered(SendOutcome.Disconnected d) -> lane.permitLost();
      case Ending.Answered a -> lane.sent();
    }
  }

  /**
   * Returns whether offsets have only moved past transaction markers; committing them keeps the lag
   * at 0.
   */
  private boolean onlyMarkersPassed() {
    return ticker.nanoTime() - lastCommitNanos > Duration.ofSeconds(1).toNanos()
        && dispatcher.inFlight() == 0
        && assignment.all().stream().anyMatch(partition -> partition.toCommit() != null);
  }

  private boolean finish(SendTransaction transaction) {
    long begunNanos = ticker.nanoTime();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (PartitionState partition : assignment.all()) {
      OffsetAndMetadata place = partition.toCommit();
      if (place != null) {
        offsets.put(partition.topicPartition(), place);
      }
    }
    Verdict verdict = commit(transaction, offsets);
    lastCommitNanos = ticker.nanoTime();
    meters.transaction(lastCommitNanos - begunNanos);
    scheduler.measured(lastCommitNanos - begunNanos);
    boolean committed =
        switch (verdict) {
          case COMMITTED -> true;
          case REFUSED, ABORTED -> false;
          case UNKNOWN -> {
            contest(transaction);
            yield !offsets.isEmpty() && isCommitted(offsets);
          }
        };
    if (committed && verdict == Verdict.UNKNOWN) {
      publishAgain(transaction.records());
    }
    if (committed) {
      for (PartitionState partition : assignment.all()) {
        partition.commit(offsets.getOrDefault(partition.topicPartition(), partition.committed()));
      }
      unpublished.clear();
      meters.committed(transaction.records());
      transaction.deadLetters().forEach(letter -> meters.deadLetter(letter.cause()));
      transaction.settled().forEach(meters::finished);
      transaction.apply(dispatcher, delayed, begunNanos);
    } else {
      assignment.all().forEach(PartitionState::rollBack);
      transaction.undo(delayed);
      scheduler.undone();
      unpublished.stream()
          .map(Finished::task)
          .filter(task -> !task.partition().lost())
          .forEach(task -> task.partition().lane(task).expectReturns());
    }
    return verdict != Verdict.REFUSED;
  }

  private Verdict commit(
      SendTransaction transaction, Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      return sink.commit(transaction.records(), offsets);
    } catch (RuntimeException | Error e) {
      // The loop starts over, and the end of its transaction stays unknown.
      contest(transaction);
      throw e;
    }
  }

  private void contest(SendTransaction transaction) {
    transaction.contest();
    unpublished.forEach(finished -> finished.task().contest());
  }

  /**
   * Asks Kafka whether a transaction with an unknown end has committed.
   *
   * @throws KafkaException if that is unknown: a transaction may hang forever in one partition, and
   *     the others must go on. Nothing that it declared is then launched. The next reader of the
   *     partitions goes by what is committed once that is known
   */
  private boolean isCommitted(Map<TopicPartition, OffsetAndMetadata> offsets) {
    for (int lookup = 0; lookup < LOOKUPS; lookup++) {
      try {
        Map<TopicPartition, OffsetAndMetadata> now =
            source.committed(offsets.keySet(), LOOKUP_TIMEOUT);
        return offsets.entrySet().stream()
            .allMatch(entry -> same(entry.getValue(), now.get(entry.getKey())));
      } catch (TimeoutException e) {
        sink.failIfStopping();
      }
    }
    throw new KafkaException("cannot determine whether a transaction has committed");
  }

  /**
   * Publishes results again, which changes nothing if they were published: equal windows may be the
   * work of another owner, who does not have these results.
   */
  private void publishAgain(List<ProducerRecord<byte[], byte[]>> records) {
    String topic = config.kafka().topics().sendResults();
    List<ProducerRecord<byte[], byte[]>> results =
        records.stream().filter(record -> record.topic().equals(topic)).toList();
    Verdict verdict = results.isEmpty() ? Verdict.COMMITTED : Verdict.UNKNOWN;
    while (verdict == Verdict.UNKNOWN) {
      verdict = sink.commit(results, Map.of());
    }
  }

  private static boolean same(OffsetAndMetadata ours, @Nullable OffsetAndMetadata theirs) {
    return theirs != null
        && ours.offset() == theirs.offset()
        && ours.metadata().equals(theirs.metadata());
  }
}
