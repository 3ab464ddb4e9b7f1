package dev.sluice.worker;

import dev.sluice.schema.Control;
import dev.sluice.schema.ControlsView;
import dev.sluice.schema.Topics;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Launcher.Finished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What one transaction does: to the windows at once, to lanes and launcher only when it has
 * committed. If it does not commit, it is taken back.
 */
final class Round {
  private final Batch batch;
  private final OutcomePolicy policy;
  private final ControlsView view;
  private final List<Taken> started = new ArrayList<>();
  private final List<Taken> ended = new ArrayList<>();
  private final Map<Job, Duration> waits = new HashMap<>();
  private final Map<String, Control> controls = new HashMap<>();
  private int changes;

  /** A job and the lane that it was taken from. */
  private record Taken(Job job, Lane lane) {}

  /** A record that is no request. */
  record Unreadable(
      OwnedPartition partition, ConsumerRecord<byte[], byte[]> record, String reason) {}

  Round(Topics topics, OutcomePolicy policy, ControlsView view) {
    this.view = view;
    this.batch = new Batch(topics);
    this.policy = policy;
  }

  boolean isEmpty() {
    return changes == 0;
  }

  List<ProducerRecord<byte[], byte[]>> records() {
    return batch.records();
  }

  /** Sends a record to the dead letters. */
  void bury(Unreadable record) {
    changes++;
    batch.deadLetter(record.record(), record.reason());
    if (!record.partition().lost()) {
      record.partition().set(record.record().offset(), State.DONE);
    }
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
        batch.requeue(job.partition().topicPartition().partition(), copy);
        mark(job, State.DONE);
      }
      case Decision.Wait(var delay) -> await(job, delay);
      case Decision.BlockSender(var control) -> {
        String key = Control.senderKey(job.request().sender().id());
        if (isNews(key, job, Control.State.BLOCKED)) {
          control(key, control);
        }
        await(job, Picker.HELD_LOOK);
      }
      case Decision.StopCampaign(var pause) -> {
        String key = Control.campaignKey(pause.campaignId());
        Control paused = new Control(Control.State.PAUSED, pause.reason());
        if (isNews(key, job, Control.State.PAUSED) && controls.putIfAbsent(key, paused) == null) {
          batch.command(pause);
        }
        await(job, Picker.HELD_LOOK);
      }
    }
  }

  /** What was under way when people last changed the state must not change it back. */
  private boolean isNews(String key, Job job, Control.State wanted) {
    return view.find(key).state() != wanted && view.appliedAt(key, job.takenOffNanos());
  }

  private void await(Job job, Duration delay) {
    mark(job, State.WAITING);
    waits.put(job, delay);
  }

  /** Lets a sender go on. */
  void unblock(String senderId) {
    changes++;
    control(
        Control.senderKey(senderId), new Control(Control.State.RUNNING, "the provider is back"));
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

  /** Puts a job back at the tail of its lane. */
  void requeue(Job job, Lane lane) {
    batch.requeue(
        job.partition().topicPartition().partition(), job.again(job.request().notBefore()));
    drop(job, lane);
  }

  /** Ends a job without a result. */
  void drop(Job job, Lane lane) {
    changes++;
    mark(job, State.DONE);
    ended.add(new Taken(job, lane));
  }

  private static void mark(Job job, State state) {
    if (!job.partition().lost()) {
      job.partition().set(job.offset(), state);
    }
  }

  /** It has committed: launches what is declared started. */
  void carryOut(Launcher launcher, Postponed postponed, long begunNanos) {
    controls.forEach(view::expect);
    for (Taken one : started) {
      one.job().partition().addWaiting(-1);
      one.job().takeOff();
      launcher.launch(one.job(), one.lane(), begunNanos);
    }
    ended.forEach(one -> one.job().partition().addWaiting(-1));
    waits.forEach((job, delay) -> {
      job.partition().addWaiting(1);
      postponed.add(job, System.nanoTime() + delay.toNanos());
    });
  }

  /** It has not: the jobs are back in their lanes. */
  void takeBack() {
    started.forEach(one -> one.lane().add(one.job()));
    ended.forEach(one -> one.lane().add(one.job()));
  }
}
