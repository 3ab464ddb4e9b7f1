package dev.sluice.worker.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SentRecordsTest {
  /** A test that waited by the machine's time would take an hour. */
  @Test
  @Timeout(60)
  void waitsByTheTimeOfItsMachine() {
    try (MockProducer<byte[], byte[]> silent =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer())) {
      SentRecords sent = new SentRecords(silent, new Hasty());
      sent.send(new ProducerRecord<>("topic", new byte[0]));

      sent.await(_ -> true, Duration.ofHours(1));

      assertThat(sent.unwritten()).containsOnlyKeys("topic");
    }
  }

  /** An hour passes between two looks at it. */
  private static final class Hasty implements Ticker {
    private long hours;

    @Override
    public long nanoTime() {
      return Duration.ofHours(hours++).toNanos();
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public void sleep(Duration time) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      throw new UnsupportedOperationException();
    }
  }
}
