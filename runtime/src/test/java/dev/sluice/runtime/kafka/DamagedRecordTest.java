package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.runtime.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer goes on behind what it cannot read. */
class DamagedRecordTest {
  private static final TopicPartition PARTITION = new TopicPartition("t", 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final List<DamagedRecord> skipped = new ArrayList<>();

  @BeforeEach
  void assign() {
    TopicPartition other = new TopicPartition("t", 12);
    consumer.assign(List.of(other, PARTITION));
    consumer.updateEndOffsets(Map.of(PARTITION, 10L));
    consumer.seek(other, 2);
    consumer.seek(PARTITION, 3);
  }

  @Test
  void aBatchIsSkippedRecordByRecordFromItsFirstOneOn() {
    pollFailing(damage("Record batch for partition t-1 at offset 5 is invalid, cause: crc"));
    pollFailing(damage("Record batch for partition t-1 at offset 5 is invalid, cause: crc"));

    assertThat(skipped).extracting(DamagedRecord::offset).containsExactly(5L, 6L);
    assertThat(consumer.position(PARTITION)).isEqualTo(7);
    assertThat(consumer.position(new TopicPartition("t", 12))).isEqualTo(2);
  }

  @Test
  void anOffsetThatIsNotInTheLogIsNotBelieved() {
    pollFailing(damage("Record batch for partition t-1 at offset 10 is invalid, cause: crc"));
    pollFailing(damage("anything else"));

    assertThat(skipped).extracting(DamagedRecord::offset).containsExactly(3L, 4L);
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
    SkippedRecords records = new SkippedRecords(health);
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

  private void pollFailing(KafkaException failure) {
    consumer.setPollException(failure);
    ConsumerRecords<byte[], byte[]> polled =
        DamagedRecord.skipping(consumer, () -> consumer.poll(Duration.ZERO), skipped::add);
    assertThat(polled.isEmpty()).isTrue();
  }

  private static KafkaException damage(String cause) {
    return new KafkaException(
        "Received exception when fetching the next record from t-1. If needed, please seek past the"
            + " record to continue consumption.",
        new KafkaException(cause));
  }
}
