package dev.sluice.benchmark.chaos;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.LaneKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes unusable records, chosen by a seed, to every topic that services read. */
final class Hostile {
  /** The largest that a producer with Kafka's defaults can write. */
  private static final int LARGEST = 1_048_000;

  private final KafkaConfig kafka;
  private final Random random;

  Hostile(KafkaConfig kafka, long seed) {
    this.kafka = kafka;
    random = new Random(seed);
  }

  List<String> topics() {
    return List.of(
        kafka.topics().campaignCommands(),
        kafka.topics().sendRequests(),
        kafka.topics().sendResults(),
        kafka.topics().controls());
  }

  /** Writes this many records to each topic, spread over its partitions. */
  // Close awaits them; one that failed is noticed as a missing dead letter.
  @SuppressWarnings("FutureReturnValueIgnored")
  void write(int perTopic) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (String topic : topics()) {
        int partitions = producer.partitionsFor(topic).size();
        for (int i = 0; i < perTopic; i++) {
          producer.send(new ProducerRecord<>(topic, i % partitions, key(topic), value(topic, i)));
        }
      }
    }
  }

  private byte @Nullable [] key(String topic) {
    if (topic.equals(kafka.topics().controls())) {
      // Brokers refuse records without a key on a compacted topic.
      return utf8("nobody/" + random.nextInt());
    }
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> utf8(UUID.randomUUID().toString());
      default -> utf8(new LaneKey("nobody", random.nextInt(9)).toString());
    };
  }

  private byte @Nullable [] value(String topic, int number) {
    if (number < 2) {
      return new byte[LARGEST];
    }
    return switch (random.nextInt(9)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> noise();
      case 3 -> utf8("not json");
      case 4 -> utf8("[]");
      case 5 -> utf8("{}");
      case 6 -> utf8("{\"campaignId\":17,\"command\":{},\"recipientId\":\"x\",\"status\":[]}");
      case 7 -> utf8("{".repeat(2_000));
      default -> utf8(topic.endsWith("campaign-commands") ? command() : almost());
    };
  }

  private byte[] noise() {
    byte[] noise = new byte[random.nextInt(1, 200)];
    random.nextBytes(noise);
    // The noise must not happen to be a valid record.
    noise[0] = (byte) 0xff;
    return noise;
  }

  private String command() {
    String verb = List.of("explode", "", "START", "resend").get(random.nextInt(4));
    return "{\"command\":\"" + verb + "\",\"campaignId\":\"" + UUID.randomUUID() + "\"}";
  }

  /** Returns a record in which one thing is wrong or missing. */
  private String almost() {
    UUID campaign = UUID.randomUUID();
    return switch (random.nextInt(4)) {
      case 0 -> "{\"recipientId\":1,\"campaignId\":\"" + campaign + "\",\"round\":1}";
      case 1 ->
          "{\"recipientId\":1,\"campaignId\":\""
              + campaign
              + "\",\"round\":1,\"sender\":{\"id\":\"nobody\",\"provider\":\"whatsapp\","
              + "\"address\":\"1\"},\"lane\":-1,\"permitsPerSecond\":0,\"to\":\"+1\","
              + "\"message\":{}}";
      case 2 ->
          "{\"recipientId\":1,\"campaignId\":\""
              + campaign
              + "\",\"round\":1,\"status\":\"PENDING\",\"at\":\"2026-01-01T00:00:00Z\"}";
      default ->
          "{\"recipientId\":1,\"campaignId\":\""
              + campaign
              + "\",\"round\":1,\"status\":\"SENT\",\"at\":\"yesterday\"}";
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the number of dead letters by topic, counting only those with a reason. */
  static Map<String, Integer> buried(KafkaConfig kafka) {
    Map<String, Integer> buried = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(
                Map.of(
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    "read_committed",
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                    5_000)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partition = List.of(new TopicPartition(kafka.topics().deadLetters(), 0));
      consumer.assign(partition);
      consumer.seekToBeginning(partition);
      long end = Objects.requireNonNull(consumer.endOffsets(partition).get(partition.getFirst()));
      while (consumer.position(partition.getFirst()) < end) {
        for (var letter : consumer.poll(Duration.ofMillis(500))) {
          var reason = letter.headers().lastHeader("reason");
          var topic = letter.headers().lastHeader("topic");
          if (reason != null && reason.value().length > 0 && topic != null) {
            buried.merge(new String(topic.value(), StandardCharsets.UTF_8), 1, Integer::sum);
          }
        }
      }
    }
    return buried;
  }
}
