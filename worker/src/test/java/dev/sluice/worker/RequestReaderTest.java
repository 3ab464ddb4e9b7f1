package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A partition with enough to send is read less while another, just taken over, has nothing yet. */
class RequestReaderTest {
  private static final Topics TOPICS = new Topics("sluice.");
  private static final TopicPartition OWNED = new TopicPartition(TOPICS.sendRequests(), 0);
  private static final TopicPartition TAKEN = new TopicPartition(TOPICS.sendRequests(), 1);
  private static final OffsetAndMetadata BEGINNING = new OffsetAndMetadata(0, "v1");

  private final FakeTime time = new FakeTime();
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final Map<TopicPartition, Place> places = new HashMap<>();
  private final KafkaRequestSource source =
      new KafkaRequestSource(consumer, new ToldPlaces(places), TOPICS.sendRequests());
  private final PartitionAssignment assignment =
      new PartitionAssignment(
          source,
          TOPICS.sendRequests(),
          partitions -> {},
          new Health(),
          new Machine(time, RequestReaderTest::run, new Random(1)));
  private final RequestReader reader =
      new RequestReader(
          source,
          assignment,
          new DelayedTasks(),
          new AdmissionControl(
              NoControls.view(TOPICS, time),
              new MissingProviders(Set.of("whatsapp"), new Health(), time::nanoTime)),
          time,
          new CampaignHeaders(),
          Traces.OFF,
          HeldMemory.ofHeap());

  private static Thread run(Thread.Builder kind, Runnable task) {
    task.run();
    return kind.unstarted(task);
  }

  @BeforeEach
  void readTheOwnedPartition() {
    consumer.assign(List.of(OWNED, TAKEN));
    consumer.commitSync(Map.of(OWNED, BEGINNING, TAKEN, BEGINNING));
    takeOver(OWNED, 1_000);
    for (int offset = 0; offset < 150; offset++) {
      add(OWNED, offset);
    }
    reader.poll(Duration.ZERO);
  }

  @Test
  void theOthersPauseUntilTheFirstRecordsOfAPartitionThatIsTakenOver() {
    assertTheOthersGiveWayToWhatIsTakenOver();
  }

  /** With so many waiting it would not go on after it had been full. */
  @Test
  void afterwardsWhatIsHalfFullIsReadOnAsWell() {
    for (int offset = 150; offset < RequestReader.PARTITION_BUFFER * 3 / 4; offset++) {
      add(OWNED, offset);
    }
    reader.poll(Duration.ZERO);
    assertTheOthersGiveWayToWhatIsTakenOver();
  }

  private void assertTheOthersGiveWayToWhatIsTakenOver() {
    takeOver(TAKEN, 10);
    reader.poll(Duration.ZERO);
    assertThat(consumer.paused()).containsExactly(OWNED);

    add(TAKEN, 0);
    reader.poll(Duration.ZERO);
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void whatIsFullWaitsForRoomOfItsOwn() {
    for (int offset = 150; offset <= RequestReader.PARTITION_BUFFER; offset++) {
      add(OWNED, offset);
    }
    reader.poll(Duration.ZERO);
    takeOver(TAKEN, 10);
    reader.poll(Duration.ZERO);
    add(TAKEN, 0);
    reader.poll(Duration.ZERO);

    assertThat(consumer.paused()).containsExactly(OWNED);
  }

  @Test
  void theyWaitForNoneThatHasNothingMore() {
    takeOver(TAKEN, 0);
    reader.poll(Duration.ZERO);

    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void theyWaitNoLongerThanASecond() {
    takeOver(TAKEN, 10);
    reader.poll(Duration.ZERO);
    time.sleep(Duration.ofMillis(1_001));
    reader.poll(Duration.ZERO);

    assertThat(consumer.paused()).isEmpty();
  }

  private void takeOver(TopicPartition partition, long end) {
    places.put(partition, new Place(BEGINNING, 0, end));
    assignment.onPartitionsAssigned(List.of(partition));
    assignment.recover();
    assertThat(assignment.find(partition)).isNotNull();
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
  }

  private void add(TopicPartition partition, long offset) {
    SendRequest request = Requests.of(offset);
    byte[] key = request.laneKey().toString().getBytes(StandardCharsets.UTF_8);
    consumer.addRecord(
        new ConsumerRecord<>(
            partition.topic(), partition.partition(), offset, key, Json.write(request)));
  }
}
