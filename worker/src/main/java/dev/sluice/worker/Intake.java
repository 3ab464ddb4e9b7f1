package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableEventException;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Launcher.Finished;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads requests, and puts each where its partition's window says that it belongs: into its lane,
 * among those that leave unsent, or nowhere because it is done.
 */
final class Intake {
  /** Records of a partition held in memory before it is paused. */
  private static final int PARTITION_BUFFER = 2_000;

  /** The same for what unreadable records keep in memory, bytes. */
  private static final int UNREADABLE_BUFFER = 4 * 1_024 * 1_024;

  /** A request that must wait until some time goes back to the tail of its lane after so long. */
  private static final Duration HELD = Duration.ofMinutes(1);

  /** The same where it would be in the way of many others. */
  private static final Duration HELD_AMONG_MANY = Duration.ofSeconds(5);

  private static final int MANY = 200;

  private static final Duration FURTHEST = Duration.ofDays(7);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final Postponed postponed;
  private final Signals signals;

  Intake(
      KafkaConsumer<byte[], byte[]> consumer,
      Assignment assignment,
      Postponed postponed,
      Signals signals) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.postponed = postponed;
    this.signals = signals;
  }

  /** Reads what there is, or waits so long for something. */
  void poll(Duration wait) {
    for (ConsumerRecord<byte[], byte[]> record : read(wait)) {
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

  private ConsumerRecords<byte[], byte[]> read(Duration wait) {
    try {
      return consumer.poll(wait);
    } catch (OffsetOutOfRangeException e) {
      // The log was cut at one of its ends: what is missing nobody knows.
      e.offsetOutOfRangePartitions()
          .forEach((partition, offset) ->
              assignment.close(partition, "offset " + offset + " is not in the log any more"));
      return ConsumerRecords.empty();
    }
  }

  private void throttleReading(OwnedPartition partition) {
    List<TopicPartition> itself = List.of(partition.topicPartition());
    if (partition.waiting() >= PARTITION_BUFFER || partition.leavingBytes() > UNREADABLE_BUFFER) {
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
    partition.addWaiting(1);
    try {
      SendRequest request = read(record);
      Job job = new Job(partition, record.offset(), request);
      if (state == State.STARTED) {
        SendOutcome inDoubt = new SendOutcome.InDoubt("the worker that was sending it went away");
        partition.leave(new Leaving.InDoubt(new Finished(job, inDoubt, Instant.now())));
      } else {
        partition.lane(job).setRate(request.permitsPerSecond());
        enqueue(job);
      }
    } catch (UnreadableEventException e) {
      partition.leave(new Leaving.Unreadable(partition, record, e.getMessage()));
    }
  }

  private static SendRequest read(ConsumerRecord<byte[], byte[]> record) {
    SendRequest request = Json.read(record.value(), SendRequest.class);
    String lane = request.laneKey().toString();
    if (record.key() == null || !lane.equals(new String(record.key(), StandardCharsets.UTF_8))) {
      throw new UnreadableEventException("the key is not the request's lane " + lane);
    }
    Instant notBefore = request.notBefore();
    if (notBefore != null && notBefore.isAfter(Instant.now().plus(FURTHEST))) {
      throw new UnreadableEventException(
          "notBefore is more than " + FURTHEST.toDays() + " days ahead: " + notBefore);
    }
    return request;
  }

  private void enqueue(Job job) {
    switch (signals.of(job)) {
      case BACK, DROP -> job.partition().leave(new Leaving.Held(job));
      case GO, STAND -> {
        Instant notBefore = job.request().notBefore();
        if (notBefore != null && notBefore.isAfter(Instant.now())) {
          postponed.add(job, System.nanoTime() + held(job.partition(), notBefore).toNanos());
        } else {
          job.partition().lane(job).add(job);
        }
      }
    }
  }

  private static Duration held(OwnedPartition partition, Instant notBefore) {
    Duration wait = Duration.between(Instant.now(), notBefore);
    Duration longest = partition.waiting() > MANY ? HELD_AMONG_MANY : HELD;
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
