package dev.sluice.producer.quota;

import static dev.sluice.producer.quota.Lanes.laneIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.LaneKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestLogTest {
  private static final long CLOSED = Integer.MAX_VALUE;
  private static final TopicPartition ZERO = new TopicPartition("requests", 0);
  private static final TopicPartition ONE = new TopicPartition("requests", 1);
  private static final LaneKey LANE = laneIn(0);

  private final Log consumer = new Log();
  private long committed;
  private final RequestLog log =
      new RequestLog(consumer, Duration.ofSeconds(10), new SimpleMeterRegistry());

  /** A broker's log with unreadable partitions. */
  private static final class Log extends MockConsumer<@Nullable LaneKey, Void> {
    private final Set<TopicPartition> broken = new HashSet<>();
    private Runnable damage =
        () -> {
          throw new OutOfMemoryError("Java heap space");
        };
    private int refused;

    Log() {
      super("earliest");
    }

    @Override
    public synchronized ConsumerRecords<@Nullable LaneKey, Void> poll(Duration timeout) {
      if (assignment().stream().anyMatch(broken::contains)) {
        refused++;
        damage.run();
      }
      return super.poll(timeout);
    }
  }

  @Test
  void aDamagedPartitionIsLookedAtAgainAfterTenSecondsAndNotBefore() {
    consumer.broken.add(ZERO);
    assertThat(read(0, 1, 0).unread()).isEqualTo(Map.of(0, CLOSED, 1, 0L));
    assertThat(log.damaged()).isEqualTo(Map.of(0, "Java heap space"));
    int refused = consumer.refused;
    read(9, 1, 0);
    assertThat(consumer.refused).isEqualTo(refused);
    read(10, 1, 0);
    assertThat(consumer.refused).isEqualTo(refused + 1);
    read(19, 1, 0);
    assertThat(consumer.refused).isEqualTo(refused + 1);

    consumer.broken.clear();
    assertThat(read(20, 0, 0).unread()).isEqualTo(Map.of(0, 0L, 1, 0L));
    assertThat(log.damaged()).isEmpty();
  }

  @Test
  void whateverReadingAPartitionThrowsIsItsOwn() {
    List<Runnable> damages =
        List.of(
            () -> {
              throw new CorruptRecordException();
            },
            () -> {
              throw new IllegalStateException();
            },
            () -> {
              throw new NoClassDefFoundError();
            });
    for (Runnable damage : damages) {
      consumer.broken.add(ZERO);
      consumer.damage = damage;
      assertThat(read(0, 1, 0).unread()).isEqualTo(Map.of(0, CLOSED, 1, 0L));
      consumer.broken.clear();
      assertThat(read(10, 0, 0).unread()).isEqualTo(Map.of(0, 0L, 1, 0L));
    }
  }

  @Test
  void whatKafkaRefusesIsNoPartitionsOwn() {
    consumer.broken.add(ZERO);
    consumer.damage =
        () -> {
          throw new TopicAuthorizationException("requests");
        };

    assertThatThrownBy(() -> read(0, 1, 0)).isInstanceOf(TopicAuthorizationException.class);
  }

  @Test
  void aPartitionWithoutALeaderIsFullAndStopsNoOther() {
    read(0, 0, 0);
    write(0, 1);
    assertThat(read(1, 2, 0).mostWaiting(LANE)).isEqualTo(2);

    Map<TopicPartition, OffsetAndMetadata> places =
        Map.of(ZERO, new OffsetAndMetadata(0, "v1"), ONE, new OffsetAndMetadata(0, "v1"));
    LaneBacklog.Reading reading = log.reading(2, List.of(ZERO, ONE), places, Map.of(ONE, 0L));
    assertThat(reading.unread()).isEqualTo(Map.of(0, CLOSED, 1, 0L));
    assertThat(consumer.assignment()).as("it is not asked for").containsExactly(ONE);

    read(3, 0, 0);
    write(0, 1);
    assertThat(read(4, 2, 0).mostWaiting(LANE)).isEqualTo(2);
  }

  @Test
  void aTailThatWasCutOffIsForgottenAndReadAgain() {
    read(0, 0, 0);
    write(0, 1, 2, 3);
    assertThat(read(1, 4, 0).waiting()).isEqualTo(Map.of(LANE, 4L));

    assertThat(read(2, 2, 0).waiting()).isEqualTo(Map.of(LANE, 2L));
    write(2, 3, 4);
    assertThat(read(3, 5, 0))
        .satisfies(reading -> {
          assertThat(reading.waiting()).isEqualTo(Map.of(LANE, 5L));
          assertThat(reading.unread()).isEqualTo(Map.of(0, 0L, 1, 0L));
        });
  }

  @Test
  void whatIsTooMuchToBeRememberedIsEverybodysUntilWorkersAreFurther() {
    LaneKey another = new LaneKey(LANE.sender(), 2);
    read(0, 0, 0);
    for (long offset = 0; offset < 200_000; offset++) {
      LaneKey lane = offset % 2 == 0 ? LANE : another;
      consumer.addRecord(new ConsumerRecord<>(ZERO.topic(), 0, offset, lane, null));
    }
    read(1, 200_000, 0);
    write(200_000, 200_001);
    assertThat(read(2, 200_002, 0))
        .satisfies(reading -> {
          assertThat(reading.waiting()).isEqualTo(Map.of(LANE, 100_000L, another, 100_000L));
          assertThat(reading.unread()).isEqualTo(Map.of(0, 2L, 1, 0L));
        });

    committed = 10;
    read(3, 200_002, 0);
    assertThat(read(4, 200_002, 0))
        .satisfies(reading -> {
          assertThat(reading.waiting()).isEqualTo(Map.of(LANE, 99_997L, another, 99_995L));
          assertThat(reading.unread()).isEqualTo(Map.of(0, 0L, 1, 0L));
        });
  }

  private void write(long... offsets) {
    for (long offset : offsets) {
      consumer.addRecord(new ConsumerRecord<>(ZERO.topic(), 0, offset, LANE, null));
    }
  }

  private LaneBacklog.Reading read(long seconds, long endOfZero, long endOfOne) {
    consumer.updateEndOffsets(Map.of(ZERO, endOfZero, ONE, endOfOne));
    OffsetAndMetadata place = new OffsetAndMetadata(committed, "v1");
    OffsetAndMetadata start = new OffsetAndMetadata(0, "v1");
    return log.reading(
        Duration.ofSeconds(seconds).toNanos(),
        List.of(ZERO, ONE),
        Map.of(ZERO, place, ONE, start),
        Map.of(ZERO, endOfZero, ONE, endOfOne));
  }
}
