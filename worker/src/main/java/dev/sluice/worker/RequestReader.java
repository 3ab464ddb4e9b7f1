package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageParts;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableEventException;
import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.State;
import dev.sluice.worker.Dispatcher.Finished;
import dev.sluice.worker.HeldMemory.Filling;
import dev.sluice.worker.UnsentRecord.Cause;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads requests and, depending on their state in the partition's window, queues each in its lane,
 * adds it to the partition's unsent records, or skips it because it is done.
 */
final class RequestReader {
  /** The records of a partition held in memory before it is paused: no fewer than its window. */
  static final int PARTITION_BUFFER = WindowCodec.MOST_PACKED;

  /** The most requests read in one poll; a partition with so many leaves others first. */
  private static final int ENOUGH = 100;

  /** A request with a later start is requeued at the tail of its lane after this time. */
  private static final Duration HELD = Duration.ofMinutes(1);

  /** The same if it would block many others. */
  private static final Duration HELD_AMONG_MANY = Duration.ofSeconds(5);

  private static final int MANY = 200;

  private static final Duration FURTHEST = Duration.ofDays(7);

  /** The parts of a usual message; {@link HeldMemory} has room for so many of each request. */
  private static final int USUAL_PARTS = 20;

  private final RequestSource source;
  private final PartitionAssignment assignment;
  private final DelayedTasks delayed;
  private final AdmissionControl admission;
  private final Ticker ticker;
  private final CampaignHeaders campaigns;
  private final Traces traces;
  private final HeldMemory memory;

  /** Partitions that pause although they have room, until others have their first requests. */
  private final Set<PartitionState> givingWay = new HashSet<>();

  RequestReader(
      RequestSource source,
      PartitionAssignment assignment,
      DelayedTasks delayed,
      AdmissionControl admission,
      Ticker ticker,
      CampaignHeaders campaigns,
      Traces traces,
      HeldMemory memory) {
    this.source = source;
    this.assignment = assignment;
    this.delayed = delayed;
    this.admission = admission;
    this.ticker = ticker;
    this.campaigns = campaigns;
    this.traces = traces;
    this.memory = memory;
  }

  /** Reads the available records, or waits for some. */
  void poll(Duration wait) {
    ConsumerRecords<byte[], byte[]> records = read(wait);
    for (TopicPartition place : records.partitions()) {
      PartitionState partition = assignment.find(place);
      if (partition != null) {
        admit(partition, records.records(place));
      }
    }
    memory.divide(assignment.all());
    for (PartitionState partition : assignment.all()) {
      long position = source.position(partition.topicPartition());
      partition.window().skipTo(position);
      assignment.reached(partition.topicPartition(), position);
    }
    boolean othersFirst = assignment.awaitsFirstRecords();
    givingWay.retainAll(assignment.all());
    assignment.all().forEach(partition -> throttleReading(partition, othersFirst));
  }

  private ConsumerRecords<byte[], byte[]> read(Duration wait) {
    try {
      return source.poll(wait);
    } catch (OffsetOutOfRangeException e) {
      // The log was truncated, and the lost records are unknown.
      e.offsetOutOfRangePartitions()
          .forEach((partition, offset) ->
              assignment.close(partition, "offset " + offset + " is no longer in the log"));
      return ConsumerRecords.empty();
    } catch (DamagedLogException e) {
      PartitionState partition = assignment.find(e.partition());
      // Otherwise a rebalance within the poll has taken it away, and its next owner meets the
      // record.
      if (partition != null) {
        partition.endsAt(
            "offset " + source.position(e.partition()) + " cannot be read: " + e.getMessage());
      }
      return ConsumerRecords.empty();
    }
  }

  /**
   * Pauses what is read faster than it is sent.
   *
   * @param othersFirst whether nothing has been read yet of a partition that was taken over: the
   *     consumer would fetch none of it until all that it has of others is read
   */
  private void throttleReading(PartitionState partition, boolean othersFirst) {
    List<TopicPartition> itself = List.of(partition.topicPartition());
    boolean gaveWay = givingWay.remove(partition);
    String damage = partition.damage();
    if (damage != null) {
      source.pause(itself);
      long position = source.position(partition.topicPartition());
      if (partition.committed().offset() >= position) {
        assignment.closeAt(partition.topicPartition(), position, damage);
      }
    } else if (partition.full()) {
      source.pause(itself);
      partition.stopReading(ticker.nanoTime());
    } else if (othersFirst && partition.waiting() >= ENOUGH && (gaveWay || partition.isRead())) {
      source.pause(itself);
      givingWay.add(partition);
    } else if (gaveWay || partition.hasRoom()) {
      source.resume(itself);
      partition.readOn();
    }
  }

  /** Admits the records that fit in memory; compressed ones may be far more than was fetched. */
  private void admit(PartitionState partition, List<ConsumerRecord<byte[], byte[]>> records) {
    List<PartitionState> all = assignment.all();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (memory.isFullFor(partition, all)) {
        source.seek(partition.topicPartition(), record.offset());
        return;
      }
      admit(partition, record);
    }
  }

  private void admit(PartitionState partition, ConsumerRecord<byte[], byte[]> record) {
    State state = partition.window().admit(record.offset());
    if (state == State.DONE) {
      return;
    }
    partition.addWaiting(1);
    int bytes = size(record);
    partition.addBytes(bytes);
    SendRequest request;
    try {
      request = Json.read(record.value(), SendRequest.class);
    } catch (UnreadableEventException e) {
      refuse(partition, record, Cause.UNREADABLE, e.getMessage());
      return;
    }
    String lane = request.laneKey().toString();
    Instant notBefore = request.notBefore();
    if (record.key() == null || !lane.equals(new String(record.key(), StandardCharsets.UTF_8))) {
      refuse(partition, record, Cause.LANE, "the key is not the request's lane " + lane);
    } else if (notBefore != null && notBefore.isAfter(ticker.now().plus(FURTHEST))) {
      String reason = "notBefore is more than " + FURTHEST.toDays() + " days ahead: " + notBefore;
      refuse(partition, record, Cause.TIME, reason);
    } else {
      int ofParts = bytesOfParts(request);
      partition.addBytes(ofParts);
      admit(
          new SendTask(partition, record.offset(), request, record.timestamp(), bytes + ofParts),
          record,
          state);
    }
  }

  private static void refuse(
      PartitionState partition, ConsumerRecord<byte[], byte[]> record, Cause cause, String reason) {
    partition.addUnsent(new UnsentRecord.Unreadable(partition, record, cause, reason));
  }

  private void admit(SendTask task, ConsumerRecord<byte[], byte[]> record, State state) {
    PartitionState partition = task.partition();
    SendRequest request = task.request();
    campaigns.hear(request.campaignId(), record.headers());
    task.traceOn(
        traces.of(request.campaignId(), request.recipientId(), request.round(), record.headers()));
    if (state == State.STARTED) {
      SendOutcome inDoubt = new SendOutcome.InDoubt("the worker that was sending it died");
      partition.addUnsent(new UnsentRecord.InDoubt(new Finished(task, inDoubt, ticker.now())));
    } else {
      partition.lane(task).setRate(request.permitsPerSecond());
      enqueue(task);
    }
  }

  /** Returns the size of a record, bytes. */
  static int size(ConsumerRecord<byte[], byte[]> record) {
    return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
  }

  /** Returns how much memory a message of many parts takes beyond some times its bytes. */
  private static int bytesOfParts(SendRequest request) {
    return MessageParts.BYTES * Math.max(0, MessageParts.in(request.message()) - USUAL_PARTS);
  }

  private void enqueue(SendTask task) {
    switch (admission.of(task)) {
      case RETURN, DROP -> task.partition().addUnsent(new UnsentRecord.Held(task));
      case ADMIT, HOLD -> {
        Instant notBefore = task.request().notBefore();
        if (notBefore != null && notBefore.isAfter(ticker.now())) {
          delayed.add(task, ticker.nanoTime() + held(task.partition(), notBefore).toNanos());
        } else {
          task.partition().lane(task).add(task);
        }
      }
    }
  }

  private Duration held(PartitionState partition, Instant notBefore) {
    Duration wait = Duration.between(ticker.now(), notBefore);
    boolean among = partition.waiting() > MANY || partition.filling() != Filling.LITTLE;
    Duration longest = among ? HELD_AMONG_MANY : HELD;
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
