package dev.sluice.producer;

import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

/**
 * A slow lane, five messages per second, shares its partition with junk that workers never finish.
 */
class NoisyNeighbourTest {
  private static final int PARTITIONS = 4;

  /** Each test has its own, because what others have queued must not matter. */
  private final Fixture fixture = new Fixture();

  private final KafkaConfig kafka = fixture.environment().kafka();
  private final String topic = kafka.topics().sendRequests();
  private final LaneKey slow = new LaneKey("slow-" + UUID.randomUUID(), 0);
  private final int partition = slow.partition(PARTITIONS);
  private final List<Long> fed = new ArrayList<>();

  @Test
  void aLaneFullOfJunkTakesNothingFromASlowOne() throws Exception {
    String noisy = neighbours().findFirst().orElseThrow().toString();

    feedsOnBeside(IntStream.range(0, 30_000).mapToObj(i -> noisy));
  }

  @Test
  void moreLanesThanAreToldApartTakeNothingFromASlowOne() throws Exception {
    feedsOnBeside(neighbours().limit(5_000).map(LaneKey::toString));
  }

  @Test
  void keysThatAreNoLanesTakeNothingFromASlowOne() throws Exception {
    feedsOnBeside(IntStream.range(0, 30_000).mapToObj(i -> i % 2 == 0 ? "junk" : "s/0" + i));
  }

  /** The campaign is fed 10 s of work, and then as much again as workers have done. */
  private void feedsOnBeside(Stream<String> junk) throws Exception {
    fixture.sender(slow.sender(), 5, 1);
    UUID campaign = fixture.campaign(slow.sender(), 500);
    try (var consumer = requests();
        var producer =
            new KafkaProducer<>(
                kafka.client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer());
        var _ =
            new FanOut(
                FanOutConfig.of(kafka, fixture.environment().as(ServiceRole.PRODUCER)),
                new Health(),
                new SimpleMeterRegistry())) {
      producer
          .send(
              new ProducerRecord<>(
                  kafka.topics().campaignCommands(),
                  bytes(campaign.toString()),
                  Json.write(
                      new CampaignCommand(CampaignCommand.Action.START, campaign, "test", null))))
          .get();
      awaitFed(consumer, 50);
      List<Future<RecordMetadata>> written =
          junk.map(key -> new ProducerRecord<>(topic, partition, bytes(key), new byte[20]))
              .map(producer::send)
              .toList();
      for (Future<RecordMetadata> one : written) {
        one.get();
      }
      for (int done = 40; done <= 80; done += 40) {
        done(done);
        awaitFed(consumer, 50 + done);
      }
    }
  }

  private Stream<LaneKey> neighbours() {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> new LaneKey("noisy-" + i, 0))
        .filter(lane -> lane.partition(PARTITIONS) == partition);
  }

  private void awaitFed(KafkaConsumer<String, byte[]> consumer, int requests) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          consumer
              .poll(Duration.ofMillis(100))
              .forEach(record -> {
                if (slow.toString().equals(record.key())) {
                  fed.add(record.offset());
                }
              });
          return fed.size() == requests;
        });
  }

  /** Marks this many of the slow lane's requests as done, and none of the junk. */
  private void done(int requests) throws Exception {
    List<Run> window = new ArrayList<>();
    long at = 0;
    for (long offset : fed.subList(0, requests)) {
      if (offset > at) {
        window.add(new Run(State.WAITING, (int) (offset - at)));
      }
      window.add(new Run(State.DONE, 1));
      at = offset + 1;
    }
    new Places(kafka)
        .commit(Map.of(partition, new OffsetAndMetadata(0, WindowCodec.encode(window))));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private KafkaConsumer<String, byte[]> requests() {
    KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(
                Map.of(
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    "read_committed",
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                    10_000)),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> only = List.of(new TopicPartition(topic, partition));
    consumer.assign(only);
    consumer.seekToBeginning(only);
    return consumer;
  }
}
