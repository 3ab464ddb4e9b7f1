package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class RoomTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Room room = new Room(100, meters);

  @Test
  void whatIsStuckTakesNothingFromAllOthers() {
    Room.Part stuck = room.part();
    Room.Part healthy = room.part();
    stuck.set(50, false);
    assertThat(room.full()).isTrue();

    stuck.set(50, true);
    assertThat(room.full()).isFalse();
    healthy.set(24, false);
    assertThat(room.full()).isFalse();
    healthy.set(25, false);
    assertThat(room.full()).isTrue();
    assertThat(meters.get("sluice.aggregator.pending").gauge().value()).isEqualTo(75);

    healthy.set(0, false);
    stuck.set(0, false);
    assertThat(room.full()).isFalse();
    assertThat(meters.get("sluice.aggregator.pending").gauge().value()).isZero();
  }

  @Test
  void leavesSomethingHoweverManyGetStuck() {
    int all = 0;
    for (int more : new int[] {50, 25, 13, 6}) {
      Room.Part next = room.part();
      next.set(more, false);
      assertThat(room.full()).isTrue();
      next.set(more, true);
      assertThat(room.full()).isFalse();
      all += more;
    }
    assertThat(all).isLessThan(100);
  }

  @Test
  void isClosedToLargeStuckCampaignsAtHalfAndToSmallOnesALittleLater() {
    Room.Part large = room.part();
    Room.Part small = room.part();
    large.set(49, true);
    small.set(0, true);
    assertThat(large.closed()).isFalse();
    assertThat(room.halfIsStuck()).isFalse();

    small.set(1, true);
    assertThat(room.halfIsStuck()).isTrue();
    assertThat(large.closed()).isTrue();
    assertThat(small.closed()).as("it does not pay for the large one").isFalse();
    assertThat(room.part().closed()).isFalse();

    large.set(74, true);
    assertThat(small.closed()).isTrue();
  }

  @Test
  void whoIsStuckAndTakesMoreThanAnEvenShareCrowdsIt() {
    Room.Part large = room.part();
    Room.Part small = room.part();
    large.set(24, true);
    assertThat(large.crowds()).as("others have room as well").isFalse();

    small.set(1, true);
    assertThat(large.crowds()).isTrue();
    assertThat(small.crowds()).isFalse();

    large.set(24, false);
    assertThat(large.crowds()).as("not stuck any more").isFalse();
  }
}
