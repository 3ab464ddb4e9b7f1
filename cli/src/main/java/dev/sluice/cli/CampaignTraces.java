package dev.sluice.cli;

import dev.sluice.producer.state.FanOutState;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.DamagedRecord;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.TolerantPoll;
import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.UnreadableEventException;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Kafka's logs still hold about one campaign: its requests, results and returns. */
final class CampaignTraces {
  private static final Logger log = LoggerFactory.getLogger(CampaignTraces.class);

  private static final Duration WAIT = Duration.ofMillis(500);

  private final UUID campaign;
  private final KafkaConfig kafka;
  private final Map<Message, Long> newestRequest = new HashMap<>();
  private final Map<Message, Boolean> open = new HashMap<>();
  private final Map<Message, SendResult> results = new HashMap<>();
  private final Map<Message, Long> newestReturn = new HashMap<>();
  private @Nullable FanOutState pass;
  private int partitions;
  private final Map<Integer, Instant> firstRequests = new HashMap<>();
  private final List<DamagedRecord> skipped = new ArrayList<>();

  /** One message to one recipient; a resend is another message. */
  record Message(long recipientId, int round) {}

  private CampaignTraces(UUID campaign, KafkaConfig kafka) {
    this.campaign = campaign;
    this.kafka = kafka;
  }

  /** Reads the logs from beginning to end. */
  static CampaignTraces read(UUID campaign, KafkaConfig kafka)
      throws InterruptedException, ExecutionException {
    CampaignTraces traces = new CampaignTraces(campaign, kafka);
    traces.read();
    return traces;
  }

  private void read() throws InterruptedException, ExecutionException {
    Map<TopicPartition, Window> windows = windows();
    forEach(
        kafka.topics().sendRequests(),
        record -> {
          firstRequests.putIfAbsent(record.partition(), Instant.ofEpochMilli(record.timestamp()));
          takeRequest(record, windows);
        });
    forEach(kafka.topics().sendResults(), this::takeResult);
    forEach(kafka.topics().returnedRequests(), this::takeReturn);
    forEach(kafka.topics().producerGroup() + "-fan-outs-changelog", this::takePass);
  }

  private Map<TopicPartition, Window> windows() throws InterruptedException, ExecutionException {
    Map<TopicPartition, Window> windows = new HashMap<>();
    String group = kafka.topics().workerGroup();
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin
          .listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec()))
          .partitionsToOffsetAndMetadata(group)
          .get()
          .forEach((partition, committed) -> windows.put(partition, Window.of(committed)));
    }
    return windows;
  }

  private void takeRequest(
      ConsumerRecord<byte[], byte[]> record, Map<TopicPartition, Window> windows) {
    SendRequest request = Json.read(record.value(), SendRequest.class);
    if (request.campaignId().equals(campaign)) {
      Message message = new Message(request.recipientId(), request.round());
      newestRequest.merge(message, record.timestamp(), Math::max);
      Window window = windows.get(new TopicPartition(record.topic(), record.partition()));
      if (window == null || window.open(record.offset())) {
        open.put(message, true);
      }
    }
  }

  private void takeResult(ConsumerRecord<byte[], byte[]> record) {
    SendResult result = Json.read(record.value(), SendResult.class);
    if (result.campaignId().equals(campaign)) {
      results.merge(
          new Message(result.recipientId(), result.round()),
          result,
          (one, other) -> one.status().risesTo(other.status()) ? other : one);
    }
  }

  private void takeReturn(ConsumerRecord<byte[], byte[]> record) {
    ReturnedRequest request = Json.read(record.value(), ReturnedRequest.class);
    if (request.campaignId().equals(campaign)) {
      newestReturn.merge(
          new Message(request.recipientId(), request.round()), record.timestamp(), Math::max);
    }
  }

  private void takePass(ConsumerRecord<byte[], byte[]> record) {
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (key.equals(campaign.toString())) {
      pass = record.value() == null ? null : passIn(record.value());
    }
  }

  /** Returns null for a state that the producer cannot read either. */
  private static @Nullable FanOutState passIn(byte[] stored) {
    try {
      return Json.read(stored, FanOutState.class);
    } catch (UnreadableEventException e) {
      return null;
    }
  }

  /** Returns whether a worker will still act on a request for it. */
  boolean queued(Message message) {
    return open.containsKey(message);
  }

  /** Returns whether the log holds a request for it. */
  boolean requested(Message message) {
    return newestRequest.containsKey(message);
  }

  /** Returns whether it was given back after it was last requested. */
  boolean returned(Message message) {
    Long at = newestReturn.get(message);
    return at != null && at >= newestRequest.getOrDefault(message, 0L);
  }

  /** Returns its result, or null if the log holds none. */
  @Nullable SendResult result(Message message) {
    return results.get(message);
  }

  /** Returns the producer's recorded progress with the campaign, or null if there is none. */
  @Nullable FanOutState pass() {
    return pass;
  }

  /**
   * Returns whether all of a partition's requests since that time are there, which holds if an
   * older record is and none is damaged.
   */
  boolean requestsReachBackTo(Instant time, int partition) {
    Instant first = firstRequests.get(partition);
    TopicPartition requests = new TopicPartition(kafka.topics().sendRequests(), partition);
    return first != null
        && !first.isAfter(time)
        && skipped.stream().noneMatch(record -> record.partition().equals(requests));
  }

  /** Returns how many damaged records were skipped, of any campaign. */
  int skipped() {
    return skipped.size();
  }

  private void skip(DamagedRecord record) {
    if (record.partition().topic().endsWith("-changelog")) {
      throw new IllegalStateException(
          "how far the producer came cannot be read: " + record.reason());
    }
    skipped.add(record);
  }

  /** Returns the number of partitions of the requests. */
  int partitions() {
    return partitions;
  }

  private void forEach(String topic, Consumer<ConsumerRecord<byte[], byte[]>> take) {
    try (var consumer = kafka.consumer(Map.of("isolation.level", "read_committed"))) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      if (topic.equals(kafka.topics().sendRequests())) {
        partitions = all.size();
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      TolerantPoll<byte[], byte[]> poll =
          new TolerantPoll<>(consumer, consumer::poll, this::skip, Ticker.SYSTEM);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : poll.poll(WAIT)) {
          try {
            take.accept(record);
          } catch (UnreadableEventException e) {
            // It is in the dead letters, or will be.
            log.debug("{}-{}@{} is unreadable", topic, record.partition(), record.offset(), e);
          }
        }
      }
    }
  }

  /** The offsets of a partition that workers will still act on. */
  private record Window(long committed, Map<Long, WindowCodec.State> states) {
    static Window of(@Nullable OffsetAndMetadata committed) {
      if (committed == null) {
        return new Window(0, Map.of());
      }
      Map<Long, WindowCodec.State> states = new HashMap<>();
      long offset = committed.offset();
      try {
        for (WindowCodec.Run run : WindowCodec.decode(committed.metadata())) {
          for (int i = 0; i < run.length(); i++) {
            states.put(offset++, run.state());
          }
        }
      } catch (UnreadableWindowException e) {
        throw new IllegalStateException(
            "a window cannot be read; repair it first (sluice window): " + e.getMessage(), e);
      }
      return new Window(committed.offset(), states);
    }

    boolean open(long offset) {
      return offset >= committed && states.get(offset) != WindowCodec.State.DONE;
    }
  }
}
