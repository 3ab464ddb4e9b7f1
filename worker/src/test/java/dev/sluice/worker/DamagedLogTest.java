package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A record that a broker's disk has damaged ends its partition, and no other. */
class DamagedLogTest {
  private static final String DAMAGE = "Record batch for partition t-1 at offset 7 is invalid";

  @Test
  void whatWasReadBeforeIsSentOnceAndThenThePartitionIsClosed() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    for (int i = 0; i < 200; i++) {
      worker.write(Requests.of(i));
    }
    worker.damagedAt = 150;
    worker.run(Duration.ofSeconds(20));

    assertThat(worker.sent).hasSize(150);
    assertThat(worker.results)
        .hasSize(150)
        .extracting(SendResult::status)
        .containsOnly(RecipientStatus.SENT);
    assertThat(worker.partition.committed().offset()).isEqualTo(150);
    assertThat(worker.health.problems().get("window " + PartitionInMemory.PARTITION))
        .startsWith("offset 150 cannot be read: a damaged disk");

    worker.damagedAt = -1;
    worker.run(Duration.ofSeconds(10));
    assertThat(worker.sent).as("once it is mended").hasSize(200);
    assertThat(worker.health.problems()).isEmpty();
  }

  /** The poll that drops what was fetched is a poll like any other. */
  @Test
  void aPartitionThatIsTakenAwayMeanwhileConcernsItsNextOwner() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    for (int i = 0; i < 20; i++) {
      worker.write(Requests.of(i));
    }
    worker.damagedAt = 10;
    worker.revokedAtDamage = true;
    worker.run(Duration.ofSeconds(5));
    assertThat(worker.restarts).isZero();
    assertThat(worker.health.problems()).isEmpty();

    worker.damagedAt = -1;
    worker.run(Duration.ofSeconds(5));
    assertThat(worker.sent).hasSize(20);
  }

  @Test
  void itStaysReportedWhileItIsTriedAgain() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    for (int i = 0; i < 20; i++) {
      worker.write(Requests.of(i));
    }
    worker.damagedAt = 10;
    worker.run(Duration.ofSeconds(5));

    for (int turn = 0; turn < 1_000; turn++) {
      worker.turn();
      assertThat(worker.health.problems()).containsKey("window " + PartitionInMemory.PARTITION);
    }
  }

  @Test
  void thePartitionIsTheOneThatTheConsumerNames() {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    TopicPartition first = new TopicPartition("t", 1);
    TopicPartition other = new TopicPartition("t", 12);
    consumer.assign(List.of(first, other));
    consumer.seek(other, 0);
    consumer.seek(first, 7);
    KafkaRequestSource source = new KafkaRequestSource(consumer, new ToldPlaces(Map.of()), "t");

    consumer.setPollException(
        new KafkaException(
            "Received exception when fetching the next record from t-1. If needed, please seek past"
                + " the record to continue consumption.",
            new KafkaException(DAMAGE)));
    assertThatThrownBy(() -> source.poll(Duration.ZERO))
        .isInstanceOfSatisfying(
            DamagedLogException.class, e -> assertThat(e.partition()).isEqualTo(first))
        .hasMessage(DAMAGE);
    assertThat(consumer.position(first)).isEqualTo(7);
    assertThat(consumer.paused()).isEmpty();

    consumer.setPollException(new KafkaException("anything else"));
    assertThatThrownBy(() -> source.poll(Duration.ZERO)).hasMessage("anything else");
  }
}
