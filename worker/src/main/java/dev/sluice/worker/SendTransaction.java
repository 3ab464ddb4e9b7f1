package dev.sluice.worker;

import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Dispatcher.Finished;
import dev.sluice.worker.output.RecordBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The effects of one transaction. They apply to the windows at once, and to lanes and dispatcher
 * only when it has committed. If it does not commit, they are undone.
 */
final class SendTransaction {
  /** The wait of a task whose sender or campaign was stopped while it was in flight. */
  private static final Duration RECHECK = Duration.ofMillis(250);

  /** The same if the stop could not be written, so that the sends go on. */
  private static final Duration UNTOLD = Duration.ofSeconds(30);

  /** Longer waits are not spent in memory while the partition's window is crowded. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final RecordBatch batch;
  private final OutcomePolicy policy;
  private final ControlChanges controls;
  private final AdmissionControl admission;
  private final Ticker ticker;
  private final List<Taken> started = new ArrayList<>();
  private final List<Taken> ended = new ArrayList<>();
  private final List<SendTask> handedOver = new ArrayList<>();
  private final List<UnsentRecord> removed = new ArrayList<>();
  private final Map<SendTask, Duration> waits = new LinkedHashMap<>();
  private int changes;

  /** A task and the lane that it was taken from. */
  private record Taken(SendTask task, Lane lane) {}

  SendTransaction(
      RecordBatch batch,
      OutcomePolicy policy,
      ControlsView view,
      AdmissionControl admission,
      BlockLimit limit,
      Ticker ticker) {
    this.ticker = ticker;
    this.admission = admission;
    this.batch = batch;
    this.policy = policy;
    controls = new ControlChanges(batch, view, limit);
  }

  boolean isEmpty() {
    return changes == 0;
  }

  List<ProducerRecord<byte[], byte[]>> records() {
    return batch.records();
  }

  /** Writes a record to the dead letters; returns false if none can be written now. */
  boolean deadLetter(UnsentRecord.Unreadable record) {
    if (!batch.deadLetter(record.record(), record.reason())) {
      return false;
    }
    remove(record);
    if (!record.partition().lost()) {
      record.partition().set(record.offset(), State.DONE);
    }
    return true;
  }

  /** Returns whether dead letters can be written now. */
  boolean takesDeadLetters() {
    return batch.takesDeadLetters();
  }

  /** Returns whether requests can be returned now. */
  boolean takesReturned() {
    return batch.takesReturned();
  }

  /**
   * Returns a request to the producer unsent; returns false if none can be written now. In a
   * crowded window it is requeued then, because it would keep its offset open among those of
   * others.
   */
  boolean returnUnsent(
      UnsentRecord record, SendTask task, ReturnedRequest.@Nullable FullLane full) {
    if (giveBack(task, full)) {
      drop(record, task);
      return true;
    }
    if (task.partition().window().crowded()) {
      requeueOrFail(task, task.again());
      remove(record);
      return true;
    }
    return false;
  }

  /** Marks a request done without sending or reporting it. */
  void drop(UnsentRecord record, SendTask task) {
    remove(record);
    mark(task, State.DONE);
  }

  /** Concludes a request in doubt. */
  void settle(UnsentRecord.InDoubt inDoubt) {
    remove(inDoubt);
    conclude(inDoubt.finished());
  }

  /** Returns the requests that a takeover left in doubt and that this transaction concludes. */
  List<Finished> settled() {
    return removed.stream()
        .filter(UnsentRecord.InDoubt.class::isInstance)
        .map(record -> ((UnsentRecord.InDoubt) record).finished())
        .toList();
  }

  /** Returns the records that this transaction writes to the dead letters. */
  List<UnsentRecord.Unreadable> deadLetters() {
    return removed.stream()
        .filter(UnsentRecord.Unreadable.class::isInstance)
        .map(UnsentRecord.Unreadable.class::cast)
        .toList();
  }

  private void remove(UnsentRecord record) {
    changes++;
    removed.add(record);
  }

  /** Applies the disposition of an outcome. */
  void conclude(Finished finished) {
    changes++;
    SendTask task = finished.task();
    switch (policy.decide(finished)) {
      case Disposition.Publish(var result) -> {
        batch.result(result);
        mark(task, State.DONE);
      }
      case Disposition.Later(var until) -> {
        task.postpone(until);
        if (!returnedOrDropped(task)) {
          postpone(task);
        }
      }
      case Disposition.Wait(var delay) -> {
        task.postpone(delay.isZero() ? null : finished.at().plus(delay));
        await(task, delay);
      }
      case Disposition.BlockSender(var control) -> {
        String key = Control.senderKey(task.request().sender().id());
        if (!controls.isNews(key, task, Control.State.BLOCKED)) {
          await(task, RECHECK);
        } else if (controls.allows(key, control)) {
          await(task, controls.write(key, control) ? RECHECK : UNTOLD);
        } else {
          turnAway(task);
        }
      }
      case Disposition.StopCampaign(var pause) when task.request().isForTest() -> {
        endTest(task, Objects.requireNonNullElse(pause.reason(), "refused"));
        mark(task, State.DONE);
      }
      case Disposition.StopCampaign(var pause) -> {
        await(task, controls.pause(pause, task) ? RECHECK : UNTOLD);
      }
    }
  }

  /** Returns a request whose sender cannot be blocked, and lets its lane rest. */
  private void turnAway(SendTask task) {
    if (!task.partition().lost()) {
      task.partition().lane(task).throttled(AdmissionControl.MOMENT);
    }
    if (giveBack(task, AdmissionControl.fullForAMoment(task))) {
      mark(task, State.DONE);
    } else {
      await(task, UNTOLD);
    }
  }

  /**
   * Returns a request to the producer; a test ends instead, because the producer does not know
   * tests and would not write it again.
   *
   * @return false if none can be written now
   */
  private boolean giveBack(SendTask task, ReturnedRequest.@Nullable FullLane full) {
    if (task.request().isForTest()) {
      endTest(task, "its sender is blocked or too slow, or it waited for too long");
      return true;
    }
    return batch.returned(task.returned(full));
  }

  private void endTest(SendTask task, String reason) {
    batch.result(
        task.result(RecipientStatus.FAILED, null, "not_sent", reason, ticker.now(), false));
  }

  private void await(SendTask task, Duration delay) {
    if (returnedOrDropped(task)) {
      return;
    }
    Instant now = ticker.now();
    boolean crowds = delay.compareTo(SHORT) > 0 && task.partition().window().crowded();
    if (crowds || (task.partition().draining() && task.waitsUnrecorded(now))) {
      requeueOrFail(task, task.again(now.plus(delay)));
      return;
    }
    mark(task, State.WAITING);
    waits.put(task, delay);
  }

  /** Returns or drops an attempted request that must not be sent now; returns whether it did. */
  private boolean returnedOrDropped(SendTask task) {
    return switch (controls.stop(task.request()) ? Admission.RETURN : admission.of(task)) {
      case ADMIT, HOLD -> false;
      case RETURN -> {
        boolean written = giveBack(task, null);
        if (written) {
          mark(task, State.DONE);
        }
        yield written;
      }
      case DROP -> {
        mark(task, State.DONE);
        yield true;
      }
    };
  }

  /**
   * Leaves a long wait to the producer, because in its lane a request would take the place of
   * others that can be sent. A test waits in its lane, because the producer does not know tests.
   */
  private void postpone(SendTask task) {
    if (task.request().isForTest() || !giveBack(task, null)) {
      requeueOrFail(task, task.again());
    } else {
      mark(task, State.DONE);
    }
  }

  /**
   * Requeues a request at the tail of its lane, or fails it if it has become too large for that.
   */
  private void requeueOrFail(SendTask task, SendRequest copy) {
    int partition = task.partition().topicPartition().partition();
    if (!batch.requeue(partition, copy, task.recordTime(ticker.now()))) {
      batch.result(
          task.result(
              RecipientStatus.FAILED,
              null,
              "message_too_large",
              "the request is too large to be requeued for a retry",
              ticker.now(),
              false));
    }
    mark(task, State.DONE);
  }

  /** Unblocks a sender whose provider is back. */
  void unblock(String senderId) {
    changes += controls.unblock(senderId) ? 1 : 0;
  }

  /** Blocks a sender that is running. */
  void block(String senderId, Control control) {
    changes += controls.block(senderId, control) ? 1 : 0;
  }

  /** Applies a breaker's decision to a sender. */
  void steer(String senderId, Control control) {
    changes += controls.steer(senderId, control) ? 1 : 0;
  }

  /** Declares a task started. */
  void start(SendTask task, Lane lane) {
    changes++;
    mark(task, State.STARTED);
    started.add(new Taken(task, lane));
  }

  /** Requeues a task with a later start at the tail of its lane. */
  void requeue(SendTask task, Lane lane) {
    changes++;
    requeueOrFail(task, task.again());
    ended.add(new Taken(task, lane));
  }

  /**
   * Requeues a task at the tail of its lane, so that its partition's next owner knows its wait. If
   * its record would be too large, it stays waiting, and the next owner may send it sooner.
   */
  void handOver(SendTask task) {
    int partition = task.partition().topicPartition().partition();
    if (batch.requeue(partition, task.again(), task.recordTime(ticker.now()))) {
      changes++;
      mark(task, State.DONE);
      handedOver.add(task);
    }
  }

  int handedOver() {
    return handedOver.size();
  }

  private static void mark(SendTask task, State state) {
    if (!task.partition().lost()) {
      task.partition().set(task.offset(), state);
    }
  }

  /** Records that it is unknown whether it has committed. */
  void contest() {
    started.forEach(one -> one.task().contest());
  }

  /** Launches the tasks declared started, after the commit. */
  void apply(Dispatcher dispatcher, DelayedTasks delayed, long begunNanos) {
    controls.apply(begunNanos);
    for (Taken one : started) {
      one.task().partition().addWaiting(-1);
      one.task().launched(ticker.nanoTime());
      dispatcher.launch(one.task(), one.lane(), begunNanos);
    }
    ended.forEach(one -> gone(one.task().partition(), one.task().bytes()));
    handedOver.forEach(task -> gone(task.partition(), task.bytes()));
    removed.forEach(record -> gone(record.partition(), record.bytes()));
    waits.forEach((task, delay) -> {
      task.partition().addWaiting(1);
      task.partition().addBytes(task.bytes());
      delayed.add(task, ticker.nanoTime() + delay.toNanos());
    });
  }

  private static void gone(PartitionState partition, int bytes) {
    partition.addWaiting(-1);
    partition.addBytes(-bytes);
  }

  /** Puts the tasks back where they were, if it has not committed. */
  void undo(DelayedTasks delayed) {
    long now = ticker.nanoTime();
    handedOver.forEach(task -> delayed.add(task, now + task.waitLeft(ticker.now()).toNanos()));
    started.forEach(one -> one.lane().add(one.task()));
    ended.forEach(one -> one.lane().add(one.task()));
    removed.forEach(record -> record.partition().addUnsent(record));
  }
}
