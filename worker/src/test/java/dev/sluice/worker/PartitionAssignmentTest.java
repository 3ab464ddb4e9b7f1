package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.Place;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests when assigned partitions are opened, and what health says of those that are not. */
class PartitionAssignmentTest {
  private static final TopicPartition KNOWN = new TopicPartition("send-requests", 0);
  private static final TopicPartition HUNG = new TopicPartition("send-requests", 1);
  private static final OffsetAndMetadata COMMITTED = new OffsetAndMetadata(5, "v1");
  private static final Place PLACE = new Place(COMMITTED, 0, 9);

  private final FakeTime time = new FakeTime();
  private final Map<TopicPartition, Place> places = new HashMap<>();
  private final Health health = new Health();
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

  /** Lookups that have begun; each runs at once unless a test makes them wait. */
  private final Deque<Runnable> lookups = new ArrayDeque<>();

  private boolean lookupsWait;
  private final PartitionAssignment assignment = create();

  private PartitionAssignment create() {
    return new PartitionAssignment(
        new KafkaRequestSource(consumer, new ToldPlaces(places), KNOWN.topic()),
        KNOWN.topic(),
        partitions -> {},
        health,
        new Machine(time, this::start, new Random(1)));
  }

  private Thread start(Thread.Builder kind, Runnable task) {
    lookups.add(task);
    if (!lookupsWait) {
      lookUp();
    }
    return kind.unstarted(task);
  }

  private void lookUp() {
    lookups.remove().run();
  }

  @BeforeEach
  void assign() {
    consumer.assign(List.of(KNOWN, HUNG));
    consumer.commitSync(Map.of(KNOWN, COMMITTED, HUNG, COMMITTED));
    places.put(KNOWN, PLACE);
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
    places.put(HUNG, PLACE);
    time.sleep(Duration.ofMillis(99));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNull();

    time.sleep(Duration.ofMillis(1));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void whatCannotBeLookedUpFor20sIsReportedAndStillOpenedLater() {
    time.sleep(Duration.ofSeconds(19));
    assignment.recover();
    assertThat(health.problems()).isEmpty();

    time.sleep(Duration.ofSeconds(1));
    assignment.recover();
    assertThat(health.problems().get("window " + HUNG)).contains("a transaction does not end");
    assertThat(assignment.find(KNOWN)).isNotNull();

    places.put(HUNG, PLACE);
    time.sleep(Duration.ofSeconds(3));
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
    assertThat(health.problems()).isEmpty();
  }

  /** Nothing would be launched meanwhile. */
  @Test
  void lookupsThatTakeLongAreNotWaitedFor() {
    lookupsWait = true;
    places.put(HUNG, PLACE);
    time.sleep(Duration.ofMillis(100));
    assignment.recover();
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNull();
    assertThat(lookups).as("one at a time").hasSize(1);

    lookUp();
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
  }

  /** Another worker has owned it in the meantime. */
  @Test
  void whatWasLookedUpBeforeAPartitionWentAwayAndCameBackIsNotUsed() {
    lookupsWait = true;
    places.put(HUNG, PLACE);
    time.sleep(Duration.ofMillis(100));
    assignment.recover();
    assignment.onPartitionsLost(List.of(HUNG));
    assignment.onPartitionsAssigned(List.of(HUNG));
    lookUp();
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNull();

    lookUp();
    assignment.recover();
    assertThat(assignment.find(HUNG)).isNotNull();
  }

  /** Others give partitions away only after a new member's first assignment, which is empty. */
  @Test
  void aNewMemberIsReadyOnceItHasAPartition() {
    health.starting("group");
    PartitionAssignment joining = create();
    joining.onPartitionsAssigned(List.of());
    joining.recover();
    assertThat(health.problems()).containsKey("group");

    time.sleep(Duration.ofSeconds(1));
    joining.onPartitionsAssigned(List.of(KNOWN));
    joining.recover();
    joining.recover();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aSpareMemberIsReadyAfter3s() {
    health.starting("group");
    PartitionAssignment spare = create();
    spare.onPartitionsAssigned(List.of());
    time.sleep(Duration.ofMillis(2_999));
    spare.recover();
    assertThat(health.problems()).containsKey("group");

    time.sleep(Duration.ofMillis(1));
    spare.recover();
    assertThat(health.problems()).isEmpty();
  }
}
