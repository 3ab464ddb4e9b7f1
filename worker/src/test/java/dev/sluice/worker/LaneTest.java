package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.runtime.Machine;
import dev.sluice.worker.pacing.LanePacer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LaneTest {
  private final PartitionState partition = PartitionInMemory.unread();

  /**
   * Held tasks are put back in any order. A later one may be too far from the window's base; if it
   * came before those that hold the base, the window would never advance again.
   */
  @Test
  void handsOutTheLowestOffsetFirstWhateverOrderTheyComeBackIn() {
    Lane lane = new Lane(80, Machine.REAL);
    for (long offset : new long[] {2_000, 7, 1_500, 3, 900}) {
      lane.add(task(offset));
    }

    List<Long> order = new ArrayList<>();
    while (lane.peek() != null) {
      order.add(lane.take().offset());
    }
    assertThat(order).containsExactly(3L, 7L, 900L, 1_500L, 2_000L);
  }

  @Test
  void theNewestRequestReadTellsTheRate() {
    Lane lane = new Lane(80, Machine.REAL);
    lane.setRate(20);

    assertThat(lane.permitsPerSecond()).isEqualTo(20);
    assertThat(task(1).again(null).permitsPerSecond())
        .as("a copy carries its lane's rate")
        .isEqualTo(80);
  }

  /** However long nothing of it may be sent. */
  @Test
  void aLaneIsNotForgottenWhileRequestsAreQueued() {
    FakeTime time = new FakeTime();
    Lane lane =
        new Lane(10, new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));
    lane.add(task(1));
    time.sleep(Duration.ofMinutes(3));

    assertThat(lane.isRested(PartitionState.RESTED, time.nanoTime())).isFalse();
  }

  @Test
  void aThrottleSlowsDownThoseThatWaitForTheirSlots() {
    FakeTime time = new FakeTime();
    Lane lane =
        new Lane(10, new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));
    for (int i = 0; i < 10; i++) {
      lane.reserve().await(() -> {});
    }
    lane.throttled(Duration.ofSeconds(5));
    long before = time.nanoTime();

    lane.reserve().await(() -> {});
    lane.reserve().await(() -> {});

    assertThat(Duration.ofNanos(time.nanoTime() - before)).isGreaterThan(Duration.ofMillis(190));
  }

  @Test
  void sendsGetReadyOnlyShortlyBeforeTheirSlotsSoThatTheyHoldFewConnections() {
    FakeTime time = new FakeTime();
    Lane lane =
        new Lane(200, new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));
    List<LanePacer.Slot> first = Stream.generate(lane::reserve).limit(20).toList();
    first.forEach(slot -> slot.awaitBegin(() -> {}));

    LanePacer.Slot next = lane.reserve();
    assertThatThrownBy(() -> next.awaitBegin(LaneTest::withdraw)).hasMessage("it is early");
    next.release();

    first.getFirst().release();
    lane.reserve().awaitBegin(LaneTest::withdraw);
    assertThatThrownBy(() -> lane.reserve().awaitBegin(LaneTest::withdraw))
        .hasMessage("it is early");
  }

  @Test
  void oneSendThatTakesLongToGetReadyDoesNotLetManyMoreBegin() {
    FakeTime time = new FakeTime();
    Lane lane =
        new Lane(200, new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));
    for (int ready = 0; ready < 40; ready++) {
      lane.reserve().await(() -> {});
    }
    LanePacer.Slot late = lane.reserve();
    time.sleep(Duration.ofSeconds(1));
    late.await(() -> {});

    // The rate of 225 ms: 100, and an eighth of the second.
    Stream.generate(lane::reserve).limit(45).forEach(slot -> slot.awaitBegin(() -> {}));

    assertThatThrownBy(() -> lane.reserve().awaitBegin(LaneTest::withdraw))
        .hasMessage("it is early");
  }

  private static void withdraw() {
    throw new WithdrawnException("it is early");
  }

  @Test
  void sendsThatTakeLongToGetReadyArePickedEarlier() {
    FakeTime time = new FakeTime();
    Lane lane =
        new Lane(10, new Machine(time, (kind, task) -> kind.unstarted(task), new Random(1)));
    for (int offset = 0; offset < 10; offset++) {
      lane.add(task(offset));
    }
    LanePacer.Slot slot = lane.reserve();
    time.sleep(Duration.ofMillis(300));
    slot.await(() -> {});

    // Those that may pass within 360 ms, a twentieth closer than the rate.
    assertThat(lane.allowance(Duration.ofMillis(60))).isEqualTo(3);
  }

  private SendTask task(long offset) {
    return new SendTask(partition, offset, Requests.of(offset), -1, 0);
  }
}
