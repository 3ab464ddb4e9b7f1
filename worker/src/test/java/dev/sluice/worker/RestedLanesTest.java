package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

/** Other programs may write to senders without number, and each turn walks all lanes. */
class RestedLanesTest {
  private final FakeTime time = new FakeTime();
  private final DelayedTasks delayed = new DelayedTasks();
  private final PartitionState partition =
      new PartitionState(
          PartitionInMemory.PARTITION,
          new OffsetWindow(0, List.of()),
          new OffsetAndMetadata(0, "v1"),
          new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));

  @Test
  void aFewAreKept() {
    createLanes(PartitionState.MANY_LANES);
    pass(Duration.ofHours(1));

    assertThat(partition.lanes()).hasSize(PartitionState.MANY_LANES);
  }

  @Test
  void ofManyThoseAreForgottenWhoseRequestsHaveAllBeenDoneForAWhile() {
    createLanes(PartitionState.MANY_LANES + 1);
    pass(Duration.ofSeconds(119));
    Lane used = lane(0);
    used.setRate(5);
    lane(1).expectReturns();
    pass(Duration.ofSeconds(2));

    assertThat(partition.lanes()).containsExactlyInAnyOrder(used, lane(1));
  }

  /** Its lane knows the newest rate. */
  @Test
  void aLaneIsKeptWhileARequestMayReturnToIt() {
    createLanes(PartitionState.VERY_MANY_LANES + 1);
    List<Lane> expected = List.of(lane(0), lane(1), lane(2));
    partition.addUnsent(new UnsentRecord.Held(task(0)));
    partition.unsent().setAside(new UnsentRecord.Returned(task(1), null));
    delayed.add(task(2), Long.MAX_VALUE);
    pass(Duration.ofHours(1));

    assertThat(partition.lanes()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aDeadLetterThatCannotBeWrittenKeepsNone() {
    createLanes(PartitionState.MANY_LANES + 1);
    var record = new ConsumerRecord<>("send-requests", 0, 1, new byte[0], new byte[0]);
    partition
        .unsent()
        .setAside(
            new UnsentRecord.Unreadable(
                partition, record, UnsentRecord.Cause.UNREADABLE, "no request"));
    pass(Duration.ofMinutes(3));

    assertThat(partition.lanes()).isEmpty();
  }

  @Test
  void ofVeryManyOnlyThoseOfTheLastSecondsAreKept() {
    createLanes(PartitionState.VERY_MANY_LANES + 1);
    pass(Duration.ofSeconds(4));
    assertThat(partition.lanes()).hasSize(PartitionState.VERY_MANY_LANES + 1);

    pass(Duration.ofSeconds(2));
    assertThat(partition.lanes()).isEmpty();
  }

  /** Its first time slot is an interval away, so a new one would send later. */
  @Test
  void aVerySlowLaneIsKeptForTwoOfItsIntervals() {
    createLanes(PartitionState.VERY_MANY_LANES + 1);
    Lane slow = lane(0);
    slow.setRate(1 / 20d);
    pass(Duration.ofSeconds(39));
    assertThat(partition.lanes()).containsExactly(slow);

    createLanes(PartitionState.VERY_MANY_LANES + 1);
    pass(Duration.ofSeconds(2));
    assertThat(partition.lanes()).doesNotContain(slow);
  }

  private Lane lane(int sender) {
    return partition.lane(task(sender));
  }

  private void createLanes(int count) {
    for (int i = 0; i < count; i++) {
      lane(i);
    }
  }

  private void pass(Duration wait) {
    time.sleep(wait);
    partition.forgetRested(delayed, time.nanoTime());
  }

  private SendTask task(int sender) {
    return new SendTask(partition, 0, Requests.of("s" + sender, 80, 1), -1, 0);
  }
}
