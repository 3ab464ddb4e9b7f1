package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer reads a damaged record a few times, and then goes on behind it. */
class DamagedRecordTest {
  private static final TopicPartition PARTITION = new TopicPartition("t", 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final List<DamagedRecord> skipped = new ArrayList<>();
  private final List<Duration> waits = new ArrayList<>();
  private final TolerantPoll<byte[], byte[]> poll =
      new TolerantPoll<>(consumer, consumer::poll, skipped::add, new Waits());

  @BeforeEach
  void assign() {
    TopicPartition other = new TopicPartition("t", 12);
    consumer.assign(List.of(other, PARTITION));
    consumer.updateEndOffsets(Map.of(PARTITION, 10L));
    consumer.seek(other, 2);
    consumer.seek(PARTITION, 3);
  }

  @Test
  void aBatchIsReadThreeTimesAndThenSkippedRecordByRecordFromItsFirstOneOn() {
    KafkaException damage =
        damage("Record batch for partition t-1 at offset 5 is invalid, cause: crc");
    pollFailing(damage);
    pollFailing(damage);
    assertThat(skipped).as("it may be sound on the disk").isEmpty();
    assertThat(consumer.position(PARTITION)).isEqualTo(3);
    assertThat(consumer.paused()).isEmpty();
    assertThat(waits).hasSize(2);
    pollFailing(damage);
    pollFailing(damage);
    assertThat(waits).hasSize(2);

    assertThat(skipped).extracting(DamagedRecord::offset).containsExactly(5L, 6L);
    assertThat(consumer.position(PARTITION)).isEqualTo(7);
    assertThat(consumer.position(new TopicPartition("t", 12))).isEqualTo(2);
  }

  @Test
  void anOffsetThatIsNotInTheLogIsNotBelieved() {
    for (int i = 0; i < TolerantPoll.READS; i++) {
      pollFailing(damage("Record batch for partition t-1 at offset 10 is invalid, cause: crc"));
    }
    pollFailing(damage("anything else"));

    assertThat(skipped).extracting(DamagedRecord::offset).containsExactly(3L, 4L);
  }

  @Test
  void readsOfAnotherRecordDoNotCount() {
    KafkaException third = damage("Record batch for partition t-1 at offset 3 is invalid");
    KafkaException fifth = damage("Record batch for partition t-1 at offset 5 is invalid");
    pollFailing(third);
    pollFailing(third);
    pollFailing(fifth);
    pollFailing(fifth);

    assertThat(skipped).isEmpty();
  }

  @Test
  void otherFailuresAreNotHidden() {
    assertThatThrownBy(() -> pollFailing(new KafkaException("another")))
        .isInstanceOf(KafkaException.class)
        .hasMessage("another");
    KafkaException withoutMemory = damage("x");
    withoutMemory.getCause().initCause(new OutOfMemoryError());
    assertThatThrownBy(() -> pollFailing(withoutMemory)).isSameAs(withoutMemory);
    assertThat(consumer.position(PARTITION)).isEqualTo(3);
  }

  @Test
  void healthNamesThoseInARowTogether() {
    Health health = new Health();
    SkippedRecords records = new SkippedRecords(Set.of(), health, new SimpleMeterRegistry());
    for (long offset : new long[] {5, 6, 7, 9}) {
      records.add(new DamagedRecord(PARTITION, offset, "crc"));
    }

    assertThat(health.problems()).as("nothing stands still").isEmpty();
    assertThat(health.notices())
        .isEqualTo(
            Map.of(
                "records t-1@5", "offsets 5 to 7 cannot be read and are skipped: crc",
                "records t-1@9", "offsets 9 to 9 cannot be read and are skipped: crc"));
  }

  /** From the beginning on, as a rule does not see a series appear. */
  @Test
  void thoseSkippedAreCountedByTopic() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    SkippedRecords records = new SkippedRecords(Set.of("t", "other"), new Health(), meters);
    for (long offset = 5; offset < 8; offset++) {
      records.add(new DamagedRecord(PARTITION, offset, "crc"));
    }

    assertThat(meters.get("sluice.records.skipped").tag("topic", "t").counter().count())
        .isEqualTo(3);
    assertThat(meters.get("sluice.records.skipped").tag("topic", "other").counter().count())
        .isZero();
  }

  private void pollFailing(KafkaException failure) {
    consumer.setPollException(failure);
    assertThat(poll.poll(Duration.ZERO).isEmpty()).isTrue();
  }

  private static KafkaException damage(String cause) {
    return new KafkaException(
        "Received exception when fetching the next record from t-1. If needed, please seek past the"
            + " record to continue consumption.",
        new KafkaException(cause));
  }

  private final class Waits implements Ticker {
    @Override
    public long nanoTime() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant now() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sleep(Duration time) {
      waits.add(time);
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      throw new UnsupportedOperationException();
    }
  }
}
