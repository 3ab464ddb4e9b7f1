package dev.sluice.worker;

import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Launcher.Finished;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What one transaction does: to the windows at once, to lanes and launcher only when it has
 * committed. If it does not commit, it is taken back.
 */
final class Round {
  /** Who was under way when people changed their minds is looked at again after so long. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  /** A longer wait is not spent in memory while the partition's window is crowded. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final Batch batch;
  private final OutcomePolicy policy;
  private final ControlsView view;
  private final Signals signals;
  private final List<Taken> started = new ArrayList<>();
  private final List<Taken> ended = new ArrayList<>();
  private final List<Leaving> left = new ArrayList<>();
  private final Map<Job, Duration> waits = new HashMap<>();
  private final Map<String, Control> controls = new HashMap<>();
  private int changes;

  /** A job and the lane that it was taken from. */
  private record Taken(Job job, Lane lane) {}

  Round(
      Topics topics, OutcomePolicy policy, ControlsView view, Signals signals, SizeBudget budget) {
    this.view = view;
    this.signals = signals;
    this.batch = new Batch(topics, budget);
    this.policy = policy;
  }

  boolean isEmpty() {
    return changes == 0;
  }

  List<ProducerRecord<byte[], byte[]>> records() {
    return batch.records();
  }

  /** Sends a record to the dead letters. */
  void bury(Leaving.Unreadable record) {
    batch.deadLetter(record.record(), record.reason());
    leave(record);
    if (!record.partition().lost()) {
      record.partition().set(record.offset(), State.DONE);
    }
  }

  /** Gives a request back unsent. */
  void giveBack(Leaving.Held held) {
    batch.returned(held.job().returned());
    drop(held);
  }

  /** Ends a request unsent, and nobody hears of it. */
  void drop(Leaving.Held held) {
    leave(held);
    mark(held.job(), State.DONE);
  }

  /** Does what a request in doubt calls for. */
  void settle(Leaving.InDoubt inDoubt) {
    leave(inDoubt);
    conclude(inDoubt.finished());
  }

  private void leave(Leaving leaving) {
    changes++;
    left.add(leaving);
  }

  /** Does what an outcome calls for. */
  void conclude(Finished finished) {
    changes++;
    Job job = finished.job();
    switch (policy.decide(finished)) {
      case Decision.Publish(var result) -> {
        batch.result(result);
        mark(job, State.DONE);
      }
      case Decision.Requeue(var copy) -> {
        if (!leaves(job)) {
          putBack(job, copy);
        }
      }
      case Decision.Wait(var delay) -> await(job, delay);
      case Decision.BlockSender(var control) -> {
        String key = Control.senderKey(job.request().sender().id());
        if (isNews(key, job, Control.State.BLOCKED)) {
          control(key, control);
        }
        await(job, LOOK_AGAIN);
      }
      case Decision.StopCampaign(var pause) -> {
        stop(pause, job);
        await(job, LOOK_AGAIN);
      }
    }
  }

  private void stop(CampaignCommand pause, Job job) {
    String key = Control.campaignKey(pause.campaignId());
    Control paused = new Control(Control.State.PAUSED, pause.reason());
    if (isNews(key, job, Control.State.PAUSED) && controls.putIfAbsent(key, paused) == null) {
      batch.command(pause);
    }
  }

  /** What was under way when people last changed the state must not change it back. */
  private boolean isNews(String key, Job job, Control.State wanted) {
    return view.find(key).state() != wanted && view.appliedAt(key, job.takenOffNanos());
  }

  private void await(Job job, Duration delay) {
    if (leaves(job)) {
      return;
    }
    if (delay.compareTo(SHORT) > 0 && job.partition().window().crowded()) {
      putBack(job, job.again(Instant.now().plus(delay)));
      return;
    }
    mark(job, State.WAITING);
    waits.put(job, delay);
  }

  /** Gives an attempted request back, or drops it, if it may not go on. */
  private boolean leaves(Job job) {
    return switch (stoppedHere(job.request()) ? Signal.BACK : signals.of(job)) {
      case GO, STAND -> false;
      case BACK -> {
        batch.returned(job.returned());
        mark(job, State.DONE);
        yield true;
      }
      case DROP -> {
        mark(job, State.DONE);
        yield true;
      }
    };
  }

  /** Whether this very transaction stops its campaign or its sender until people act. */
  private boolean stoppedHere(SendRequest request) {
    if (controls.isEmpty()) {
      return false;
    }
    Control sender = controls.get(Control.senderKey(request.sender().id()));
    return controls.containsKey(Control.campaignKey(request.campaignId()))
        || (sender != null && sender.state() == Control.State.BLOCKED && !sender.endsByItself());
  }

  /**
   * Puts a request back at the tail of its lane, or fails it if it has grown too large for that.
   */
  private void putBack(Job job, SendRequest copy) {
    if (!batch.requeue(job.partition().topicPartition().partition(), copy)) {
      batch.result(
          job.result(
              RecipientStatus.FAILED,
              null,
              "message_too_large",
              "it was to be tried again, but Kafka does not take a record of its size",
              Instant.now(),
              false));
    }
    mark(job, State.DONE);
  }

  /** Lets a sender go on. */
  void unblock(String senderId) {
    if (view.sender(senderId).endsByItself()) {
      changes++;
      control(
          Control.senderKey(senderId), new Control(Control.State.RUNNING, "the provider is back"));
    }
  }

  /** Blocks a sender that is not. */
  void block(String senderId, Control control) {
    if (view.sender(senderId).state() == Control.State.RUNNING) {
      changes++;
      control(Control.senderKey(senderId), control);
    }
  }

  /** Blocks a sender, or lets it go on. */
  void steer(String senderId, Control control) {
    changes++;
    control(Control.senderKey(senderId), control);
  }

  private void control(String key, Control control) {
    if (controls.putIfAbsent(key, control) == null) {
      batch.control(key, control);
    }
  }

  /** Declares a job started. */
  void start(Job job, Lane lane) {
    changes++;
    mark(job, State.STARTED);
    started.add(new Taken(job, lane));
  }

  /** Puts a job that must wait for long back at the tail of its lane. */
  void requeue(Job job, Lane lane) {
    changes++;
    putBack(job, job.again(job.request().notBefore()));
    ended.add(new Taken(job, lane));
  }

  private static void mark(Job job, State state) {
    if (!job.partition().lost()) {
      job.partition().set(job.offset(), state);
    }
  }

  /** It has committed: launches what is declared started. */
  void carryOut(Launcher launcher, Postponed postponed, long begunNanos) {
    controls.forEach((key, control) -> view.expect(key, control, begunNanos));
    for (Taken one : started) {
      one.job().partition().addWaiting(-1);
      one.job().takeOff();
      launcher.launch(one.job(), one.lane(), begunNanos);
    }
    ended.forEach(one -> one.job().partition().addWaiting(-1));
    left.forEach(leaving -> leaving.partition().addWaiting(-1));
    waits.forEach((job, delay) -> {
      job.partition().addWaiting(1);
      postponed.add(job, System.nanoTime() + delay.toNanos());
    });
  }

  /** It has not: the jobs are back in their lanes. */
  void takeBack() {
    started.forEach(one -> one.lane().add(one.job()));
    ended.forEach(one -> one.lane().add(one.job()));
    left.forEach(leaving -> leaving.partition().leave(leaving));
  }
}
