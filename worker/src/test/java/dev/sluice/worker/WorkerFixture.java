package dev.sluice.worker;

import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Workers with a stand-in provider on a real broker, and what they read and write. */
final class WorkerFixture implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);
  static final int PARTITIONS = 2;
  static final UUID CAMPAIGN = new UUID(0, 1);
  static final UUID OTHER_CAMPAIGN = new UUID(0, 2);
  static final String SENDER = "s";

  /** Another sender whose first lane is in the same partition. */
  static final String NEIGHBOUR =
      IntStream.range(0, 100)
          .mapToObj(number -> "neighbour" + number)
          .filter(id -> partitionOf(id) == partitionOf(SENDER))
          .findFirst()
          .orElseThrow();

  final KafkaConfig kafka;
  final Health health = new Health();

  /** The callback data of what was handed to the provider. */
  final Queue<String> sent = new ConcurrentLinkedQueue<>();

  volatile boolean providerAnswers = true;
  private final List<Worker> workers = new ArrayList<>();

  WorkerFixture() {
    this(TestEnvironment.topics(PARTITIONS));
  }

  WorkerFixture(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  Worker start(String instance, Function<OutgoingMessage, SendOutcome> provider) {
    return start(instance, provider, Machine.REAL);
  }

  Worker start(String instance, Function<OutgoingMessage, SendOutcome> provider, Machine machine) {
    MessageProvider standIn =
        new MessageProvider() {
          @Override
          public SendOutcome send(OutgoingMessage message, Permit permit) {
            permit.await();
            sent.add(message.callbackData());
            return provider.apply(message);
          }

          @Override
          public boolean available() {
            return providerAnswers;
          }

          @Override
          public void close() {}
        };
    Worker worker =
        new Worker(
            WorkerConfig.of(kafka, instance),
            Map.of("whatsapp", standIn),
            health,
            new SimpleMeterRegistry(),
            machine);
    workers.add(worker);
    return worker;
  }

  @Override
  public void close() {
    workers.forEach(Worker::close);
  }

  static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("wamid." + message.callbackData());
  }

  static String callback(UUID campaign, long recipient) {
    return campaign + ":" + recipient + ":1";
  }

  static int partitionOf(String sender) {
    return new LaneKey(sender, 0).partition(PARTITIONS);
  }

  static List<SendRequest> requests(UUID campaign, String sender, double rate, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(id -> request(id, campaign, sender, rate, null))
        .toList();
  }

  static SendRequest request(
      long id, UUID campaign, String sender, double rate, @Nullable Instant notBefore) {
    return request(id, campaign, sender, rate, notBefore, Json.MAPPER.createObjectNode());
  }

  static SendRequest request(
      long id,
      UUID campaign,
      String sender,
      double rate,
      @Nullable Instant notBefore,
      JsonNode message) {
    return new SendRequest(
        id,
        campaign,
        1,
        new SendRequest.Sender(sender, "whatsapp", "1"),
        0,
        rate,
        "+5511960000000",
        message,
        OnDoubt.HOLD,
        0,
        notBefore);
  }

  void write(List<SendRequest> requests) {
    writeRecords(
        requests.stream()
            .map(request ->
                new ProducerRecord<>(
                    kafka.topics().sendRequests(),
                    request.laneKey().partition(PARTITIONS),
                    bytes(request.laneKey().toString()),
                    Json.write(request)))
            .toList());
  }

  void writeRecords(List<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.client(Map.of("max.request.size", 8_000_000)),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> written = records.stream().map(producer::send).toList();
      for (Future<RecordMetadata> one : written) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void pause(UUID campaign) {
    control(Control.campaignKey(campaign), new Control(Control.State.PAUSED, "test"));
  }

  void control(String key, Control control) {
    writeRecords(
        List.of(new ProducerRecord<>(kafka.topics().controls(), bytes(key), Json.write(control))));
  }

  List<SendResult> results(int count) {
    return read(kafka.topics().sendResults(), count).stream()
        .map(record -> Json.read(record.value(), SendResult.class))
        .toList();
  }

  List<ReturnedRequest> returned(int count) {
    return read(kafka.topics().returnedRequests(), count).stream()
        .map(record -> Json.read(record.value(), ReturnedRequest.class))
        .toList();
  }

  /** Returns the newest control of a key, or null. */
  @Nullable Control newestControl(String key) {
    return read(kafka.topics().controls(), 0).stream()
        .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(key))
        .reduce((first, second) -> second)
        .map(record -> Json.read(record.value(), Control.class))
        .orElse(null);
  }

  /**
   * Reads committed records from the beginning until there are this many; returns all there are by
   * then.
   */
  List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of("isolation.level", "read_committed", "max.poll.records", 10_000)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      await()
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            return records.size() >= count
                && consumer.endOffsets(partitions).entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
          });
    }
    return records;
  }

  Admin admin() {
    return Admin.create(kafka.client(Map.of()));
  }

  TopicPartition partition(int number) {
    return new TopicPartition(kafka.topics().sendRequests(), number);
  }

  void commit(int partition, OffsetAndMetadata place) throws Exception {
    try (Admin admin = admin()) {
      admin
          .alterConsumerGroupOffsets(
              kafka.topics().workerGroup(), Map.of(partition(partition), place))
          .all()
          .get();
    }
  }

  @Nullable OffsetAndMetadata committed(int partition) throws Exception {
    try (Admin admin = admin()) {
      return admin
          .listConsumerGroupOffsets(kafka.topics().workerGroup())
          .partitionsToOffsetAndMetadata()
          .get()
          .get(partition(partition));
    }
  }

  /** Waits until everything in a partition is done. */
  void awaitDone(int partition) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          OffsetAndMetadata place = committed(partition);
          return place != null && place.offset() == end(partition) && place.metadata().equals("v1");
        });
  }

  /** Returns one past the last offset of a partition of {@code send-requests}. */
  long end(int partition) throws Exception {
    try (Admin admin = admin()) {
      return new HashMap<>(
              admin.listOffsets(Map.of(partition(partition), OffsetSpec.latest())).all().get())
          .get(partition(partition))
          .offset();
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
