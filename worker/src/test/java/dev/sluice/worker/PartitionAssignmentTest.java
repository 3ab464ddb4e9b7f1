package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.StablePlaces;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When partitions that are assigned are opened, and what is said of those that are not. */
class PartitionAssignmentTest {
  private static final TopicPartition KNOWN = new TopicPartition("send-requests", 0);
  private static final TopicPartition HUNG = new TopicPartition("send-requests", 1);
  private static final Place PLACE = new Place(new OffsetAndMetadata(5, "v1"), 0, 9);

  private final Time time = new Time();
  private final Kafka kafka = new Kafka();
  private final Health health = new Health();
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final PartitionAssignment assignment =
      new PartitionAssignment(
          new KafkaRequestSource(consumer, kafka, KNOWN.topic()),
          KNOWN.topic(),
          partitions -> {},
          health,
          new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));

  @BeforeEach
  void assign() {
    consumer.assign(List.of(KNOWN, HUNG));
    kafka.places.put(KNOWN, PLACE);
    assignment.onPartitionsAssigned(List.of(KNOWN, HUNG));
    assignment.recover();
  }

  @Test
  void aPartitionThatCannotBeLookedUpKeepsNoOtherClosed() {
    assertThat(assignment.find(KNOWN)).isNotNull();
    assertThat(assignment.find(HUNG)).isNull();
    assertThat(consumer.paused()).containsExactly(HUNG);
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void itIsOpenedOnceItCanBeLookedUpAndLookedUpTenTimesASecondAtMost() {
    kafka.places.put(HUNG, PLACE);
    time.pass(Duration.ofMillis(99));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNull();

    time.pass(Duration.ofMillis(1));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void whatCannotBeLookedUpFor20sIsReportedAndStillOpenedLater() {
    time.pass(Duration.ofSeconds(19));
    assignment.recover();
    assertThat(health.problems()).isEmpty();

    time.pass(Duration.ofSeconds(1));
    assignment.recover();
    assertThat(health.problems().get("window " + HUNG)).contains("a transaction does not end");
    assertThat(assignment.find(KNOWN)).isNotNull();

    kafka.places.put(HUNG, PLACE);
    time.pass(Duration.ofSeconds(3));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void lookupsThatTakeLongTakeATenthOfTheTimeAtMost() {
    kafka.takes = Duration.ofSeconds(1);
    time.pass(Duration.ofMillis(100));
    assignment.recover();
    kafka.places.put(HUNG, PLACE);

    time.pass(Duration.ofMillis(8_999));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNull();
    time.pass(Duration.ofMillis(1));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
  }

  private final class Kafka implements StablePlaces {
    private final Map<TopicPartition, Place> places = new HashMap<>();
    private Duration takes = Duration.ZERO;

    @Override
    public Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost) {
      time.pass(takes);
      Map<TopicPartition, Place> told = new HashMap<>(places);
      told.keySet().retainAll(partitions);
      return told;
    }

    @Override
    public void close() {}
  }

  private static final class Time implements Ticker {
    private long nanos;

    void pass(Duration duration) {
      nanos += duration.toNanos();
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public void sleep(Duration duration) {
      pass(duration);
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      pass(atMost);
      return latch.getCount() == 0;
    }
  }
}
