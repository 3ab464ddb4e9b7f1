package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final KafkaConfig kafka = TestEnvironment.topics(2);
  private final Health health = new Health();
  private final Queue<String> sent = new ConcurrentLinkedQueue<>();
  private final List<Worker> workers = new ArrayList<>();

  @AfterEach
  void stop() {
    workers.forEach(Worker::close);
  }

  @Test
  void sendsEachRequestOnceAndPublishesItsResult() throws Exception {
    write(requests(0, 300));
    start("w1", message -> accepted(message));

    List<SendResult> results = results(300);

    assertThat(sent).hasSize(300).doesNotHaveDuplicates();
    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
    assertThat(results).extracting(SendResult::recipientId).doesNotHaveDuplicates();
  }

  @Test
  void twoWorkersShareTheLanesAndStillSendOnce() throws Exception {
    write(requests(0, 200));
    start("w1", message -> accepted(message));
    await().atMost(PATIENCE).until(() -> sent.size() > 20);
    start("w2", message -> accepted(message));
    write(requests(200, 400));

    results(400);

    assertThat(sent).hasSize(400).doesNotHaveDuplicates();
    await().atMost(PATIENCE).until(() -> workers.stream().allMatch(w -> w.partitions() == 1));
  }

  @Test
  void takesOverWhatItsPredecessorLeft() throws Exception {
    int partition = new LaneKey("s", 0).partition(2);
    write(requests(0, 6));
    // 0 is in doubt, 1 is done, 2 waits, 3 is in doubt, the rest waits.
    commit(partition, new OffsetAndMetadata(0, "v1 s1 d1 w1 s1"));
    start("w1", message -> accepted(message));

    List<SendResult> results = results(5);

    assertThat(results)
        .filteredOn(result -> result.status() == RecipientStatus.UNCONFIRMED)
        .extracting(SendResult::recipientId)
        .containsExactlyInAnyOrder(0L, 3L);
    assertThat(sent).containsExactlyInAnyOrder(callback(2), callback(4), callback(5));
  }

  @Test
  void anUnreadableWindowStopsItsPartitionAlone() throws Exception {
    int partition = new LaneKey("s", 0).partition(2);
    commit(partition, new OffsetAndMetadata(0, "somebody else's bytes"));
    write(requests(0, 5));
    write(IntStream.range(100, 105).mapToObj(id -> request(id, 1, OnDoubt.HOLD)).toList());
    start("w1", message -> accepted(message));

    List<SendResult> results = results(5);

    assertThat(results).allMatch(result -> result.recipientId() >= 100);
    assertThat(health.problems().keySet()).anyMatch(component -> component.startsWith("window "));
    assertThat(sent).hasSize(5);
  }

  @Test
  void whatCannotBeReadGoesToTheDeadLettersAndTheLaneGoesOn() throws Exception {
    int partition = new LaneKey("s", 0).partition(2);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      String topic = kafka.topics().sendRequests();
      byte[] misplaced = Json.write(request(9, 0, OnDoubt.HOLD));
      producer.send(new ProducerRecord<>(topic, partition, bytes("s/0"), bytes("not json"))).get();
      producer.send(new ProducerRecord<>(topic, partition, null, new byte[1000])).get();
      producer.send(new ProducerRecord<>(topic, partition, bytes("other/0"), misplaced)).get();
      producer.send(new ProducerRecord<>(topic, partition, bytes("s/0"), null)).get();
    }
    write(requests(0, 3));
    start("w1", message -> accepted(message));

    results(3);

    assertThat(read(kafka.topics().deadLetters(), 4)).hasSize(4);
  }

  @Test
  void aFailureIsTriedAgainAndDoesNotHoldUpItsLane() throws Exception {
    write(requests(0, 20));
    Queue<String> failedOnce = new ConcurrentLinkedQueue<>();
    start(
        "w1",
        message -> {
          if (message.callbackData().equals(callback(0)) && failedOnce.isEmpty()) {
            failedOnce.add(message.callbackData());
            return new SendOutcome.TryAgain("131000", "?", Duration.ofSeconds(2));
          }
          return accepted(message);
        });

    List<SendResult> results = results(20);

    assertThat(results.getLast().recipientId()).isZero();
    assertThat(results.getLast().attempts()).isEqualTo(2);
    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
  }

  @Test
  void aCancelledCampaignIsDroppedUnsent() throws Exception {
    control(Control.State.CANCELLED);
    write(requests(0, 10));
    write(List.of(request(500, 0, OnDoubt.HOLD, new UUID(0, 2))));
    start("w1", message -> accepted(message));

    results(1);
    int partition = new LaneKey("s", 0).partition(2);

    assertThat(sent).hasSize(1);
    await().atMost(PATIENCE).until(() -> committed(partition).offset() >= 11);
  }

  @Test
  void aPlannedStopLeavesNothingInDoubt() throws Exception {
    write(requests(0, 400));
    Worker first =
        start(
            "w1",
            message -> {
              pause(Duration.ofMillis(300));
              return accepted(message);
            });
    await().atMost(PATIENCE).until(() -> sent.size() > 50);
    first.close();
    start("w2", message -> accepted(message));

    List<SendResult> results = results(400);

    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
    assertThat(sent).hasSize(400).doesNotHaveDuplicates();
  }

  @Test
  void aSendThatOutlastsTheStopIsInDoubtForItsSuccessorAndSettledByItsLateOutcome()
      throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    write(requests(0, 1));
    Worker first =
        start(
            "w1",
            message -> {
              hold(release, PATIENCE);
              return accepted(message);
            });
    await().atMost(PATIENCE).until(() -> sent.size() == 1);
    start("w2", message -> accepted(message));
    Thread stopping = Thread.ofVirtual().start(first::close);

    assertThat(results(1)).extracting(SendResult::status).containsOnly(RecipientStatus.UNCONFIRMED);
    release.countDown();
    stopping.join();
    assertThat(results(2))
        .extracting(SendResult::status)
        .containsExactly(RecipientStatus.UNCONFIRMED, RecipientStatus.SENT);
    assertThat(sent).hasSize(1);
  }

  private Worker start(String instance, Function<OutgoingMessage, SendOutcome> provider) {
    MessageProvider standIn =
        new MessageProvider() {
          @Override
          public SendOutcome send(OutgoingMessage message, Permit permit) {
            permit.await();
            sent.add(message.callbackData());
            return provider.apply(message);
          }

          @Override
          public void close() {}
        };
    Worker worker =
        new Worker(
            WorkerConfig.of(kafka, instance),
            Map.of("whatsapp", standIn),
            health,
            new SimpleMeterRegistry());
    workers.add(worker);
    return worker;
  }

  private static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("wamid." + message.callbackData());
  }

  private static String callback(long recipient) {
    return CAMPAIGN + ":" + recipient + ":1";
  }

  private static List<SendRequest> requests(int from, int to) {
    return IntStream.range(from, to).mapToObj(id -> request(id, 0, OnDoubt.HOLD)).toList();
  }

  private static SendRequest request(long id, int lane, OnDoubt onDoubt) {
    return request(id, lane, onDoubt, CAMPAIGN);
  }

  private static SendRequest request(long id, int lane, OnDoubt onDoubt, UUID campaign) {
    return new SendRequest(
        id,
        campaign,
        1,
        new SendRequest.Sender("s", "whatsapp", "1"),
        lane,
        200,
        "+5511960000000",
        Json.MAPPER.createObjectNode(),
        onDoubt,
        0,
        null);
  }

  private void write(List<SendRequest> requests) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (SendRequest request : requests) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                kafka.topics().sendRequests(),
                request.laneKey().partition(2),
                bytes(request.laneKey().toString()),
                Json.write(request));
        producer.send(record).get();
      }
    }
  }

  private void control(Control.State state) throws Exception {
    byte[] key = bytes(Control.campaignKey(CAMPAIGN));
    byte[] value = Json.write(new Control(state, "test"));
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      producer.send(new ProducerRecord<>(kafka.topics().controls(), key, value)).get();
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        kafka.client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private List<SendResult> results(int count) {
    return read(kafka.topics().sendResults(), count).stream()
        .map(value -> Json.read(value, SendResult.class))
        .toList();
  }

  /** Reads committed records from the beginning until there are this many. */
  private List<byte[]> read(String topic, int count) {
    List<byte[]> values = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of("isolation.level", "read_committed")),
            new StringDeserializer(),
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
            consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            return values.size() >= count;
          });
    }
    return values;
  }

  private void commit(int partition, OffsetAndMetadata place) throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin
          .alterConsumerGroupOffsets(
              kafka.topics().workerGroup(), Map.of(topicPartition(partition), place))
          .all()
          .get();
    }
  }

  private OffsetAndMetadata committed(int partition) throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      return admin
          .listConsumerGroupOffsets(kafka.topics().workerGroup())
          .partitionsToOffsetAndMetadata()
          .get()
          .get(topicPartition(partition));
    }
  }

  private TopicPartition topicPartition(int partition) {
    return new TopicPartition(kafka.topics().sendRequests(), partition);
  }

  /** Waits for the stand-in's latency; nothing releases it sooner. */
  private static void pause(Duration latency) {
    hold(new CountDownLatch(1), latency);
  }

  private static void hold(CountDownLatch release, Duration atMost) {
    try {
      boolean released = release.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(released || atMost.compareTo(PATIENCE) < 0).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
