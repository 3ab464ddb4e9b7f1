package dev.sluice.worker;

import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableEventException;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Launcher.Finished;
import dev.sluice.worker.provider.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads requests, and puts each where its partition's window says that it belongs: into its lane,
 * among those in doubt, or nowhere because it is done.
 */
final class Intake {
  /** Records of a partition held in memory before it is paused. */
  private static final int PARTITION_BUFFER = 2_000;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final Postponed postponed;

  /**
   * What was read and waits for no lane.
   *
   * @param inDoubt declared started by a last owner that published no outcome
   * @param unreadable records that are no requests
   */
  record Yield(List<Finished> inDoubt, List<Round.Unreadable> unreadable) {}

  Intake(KafkaConsumer<byte[], byte[]> consumer, Assignment assignment, Postponed postponed) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.postponed = postponed;
  }

  /** Reads what there is, or waits so long for something. */
  Yield poll(Duration wait) {
    Yield found = new Yield(new ArrayList<>(), new ArrayList<>());
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
      OwnedPartition partition =
          assignment.find(new TopicPartition(record.topic(), record.partition()));
      if (partition != null) {
        admit(partition, record, found);
      }
    }
    for (OwnedPartition partition : assignment.all()) {
      partition.window().skipTo(consumer.position(partition.topicPartition()));
      throttleReading(partition);
    }
    return found;
  }

  private void throttleReading(OwnedPartition partition) {
    List<TopicPartition> itself = List.of(partition.topicPartition());
    if (partition.waiting() >= PARTITION_BUFFER) {
      consumer.pause(itself);
    } else if (partition.waiting() < PARTITION_BUFFER / 2) {
      consumer.resume(itself);
    }
  }

  private void admit(OwnedPartition partition, ConsumerRecord<byte[], byte[]> record, Yield found) {
    State state = partition.window().admit(record.offset());
    if (state == State.DONE) {
      return;
    }
    try {
      SendRequest request = read(record);
      Job job = new Job(partition, record.offset(), request, System.nanoTime());
      if (state == State.STARTED) {
        Outcome inDoubt = new Outcome.InDoubt("the worker that was sending it went away");
        found.inDoubt().add(new Finished(job, inDoubt, Instant.now()));
      } else {
        partition.addWaiting(1);
        partition.lane(job).setRate(request.permitsPerSecond());
        enqueue(job);
      }
    } catch (UnreadableEventException e) {
      found.unreadable().add(new Round.Unreadable(partition, record, e.getMessage()));
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
      Duration held = wait.compareTo(Picker.HELD_IN_MEMORY) < 0 ? wait : Picker.HELD_IN_MEMORY;
      postponed.add(job, System.nanoTime() + held.toNanos());
    } else {
      job.partition().lane(job).add(job);
    }
  }
}
