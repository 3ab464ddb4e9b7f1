package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.StablePlaces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  private static final String TOPIC = "send-requests";
  private static final TopicPartition LONG = new TopicPartition(TOPIC, 0);
  private static final TopicPartition SHORT = new TopicPartition(TOPIC, 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final Map<TopicPartition, Place> places = new HashMap<>();

  @BeforeEach
  void knowPartitions() {
    Node[] none = {};
    List<PartitionInfo> partitions = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      partitions.add(new PartitionInfo(TOPIC, number, Node.noNode(), none, none));
    }
    consumer.updatePartitions(TOPIC, partitions);
    places.put(LONG, new Place(new OffsetAndMetadata(5), 0, 1_000));
    places.put(SHORT, new Place(null, 7, 20));
  }

  @Test
  void itReadsTheEndOfEachLogAndLeavesTheConsumerToItsGroup() {
    Map<TopicPartition, Long> read = new HashMap<>();
    consumer.schedulePollTask(
        () -> consumer.assignment().forEach(place -> read.put(place, consumer.position(place))));

    Rehearsal.takeOver(consumer, new Told(places), TOPIC);

    assertThat(read).isEqualTo(Map.of(LONG, 900L, SHORT, 7L));
    assertThat(consumer.assignment()).isEmpty();
    consumer.subscribe(List.of(TOPIC));
  }

  @Test
  void withoutRequestsItWaitsForNone() {
    places.replaceAll((partition, place) -> new Place(null, 3, 3));
    consumer.schedulePollTask(() -> {
      throw new AssertionError("there is nothing to read");
    });

    Rehearsal.takeOver(consumer, new Told(places), TOPIC);

    assertThat(consumer.assignment()).isEmpty();
  }

  @Test
  void aFailureKeepsNoWorkerFromItsGroup() {
    consumer.setPollException(new KafkaException("a damaged log"));

    Rehearsal.takeOver(consumer, new Told(places), TOPIC);

    assertThat(consumer.assignment()).isEmpty();
    consumer.subscribe(List.of(TOPIC));
  }

  @Test
  void aNewWorkerRehearsesBeforeItJoinsItsGroup() throws Exception {
    KafkaConfig kafka = TestEnvironment.topics(2);
    Watched clients = new Watched();
    KafkaConfig watched =
        new KafkaConfig(kafka.bootstrapServers(), kafka.topics(), kafka.overrides(), clients);

    try (Worker _ =
        new Worker(
            WorkerConfig.of(watched, "w1"), Map.of(), new Health(), new SimpleMeterRegistry())) {
      assertThat(clients.rehearsed.get(40, TimeUnit.SECONDS))
          .containsExactlyInAnyOrder(
              new TopicPartition(kafka.topics().sendRequests(), 0),
              new TopicPartition(kafka.topics().sendRequests(), 1));
      assertThat((int) clients.settings.get(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG))
          .as("for which a partition that is taken over waits for the fetch of others, ms")
          .isLessThanOrEqualTo(100);
    }
  }

  private record Told(Map<TopicPartition, Place> places) implements StablePlaces {
    @Override
    public Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost) {
      assertThat(partitions).containsExactlyInAnyOrderElementsOf(places.keySet());
      return places;
    }

    @Override
    public void close() {}
  }

  /** Kafka's own clients; tells what is looked up first, if no group has been joined by then. */
  private static final class Watched implements KafkaClients {
    private final CompletableFuture<Set<TopicPartition>> rehearsed = new CompletableFuture<>();
    private volatile Consumer<byte[], byte[]> member = new MockConsumer<>("none");
    private volatile Map<String, Object> settings = Map.of();

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      Consumer<byte[], byte[]> consumer = REAL.consumer(settings);
      if (settings.containsKey(ConsumerConfig.GROUP_ID_CONFIG)) {
        member = consumer;
        this.settings = Map.copyOf(settings);
      }
      return consumer;
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
      return REAL.producer(settings);
    }

    @Override
    public StablePlaces places(KafkaConfig kafka) {
      StablePlaces real = REAL.places(kafka);
      return new StablePlaces() {
        @Override
        public Map<TopicPartition, Place> read(
            Collection<TopicPartition> partitions, Duration atMost) {
          try {
            assertThat(member.subscription()).isEmpty();
            rehearsed.complete(new HashSet<>(partitions));
          } catch (RuntimeException | AssertionError e) {
            rehearsed.completeExceptionally(e);
          }
          return real.read(partitions, atMost);
        }

        @Override
        public void close() {
          real.close();
        }
      };
    }
  }
}
