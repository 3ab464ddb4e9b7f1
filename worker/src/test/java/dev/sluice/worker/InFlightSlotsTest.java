package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.InFlightSlots.Demand;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InFlightSlotsTest {
  private static final Sender HUNG = sender("hung");
  private static final Sender OTHER = sender("other");
  private static final Sender THIRD = sender("third");

  @Test
  void whoWaitsAloneMayHaveAllButAQuarter() {
    InFlightSlots slots = new InFlightSlots(2_000, Map.of(), Map.of(HUNG, ample(100)));

    assertThat(slots.left(HUNG)).isEqualTo(1_500);
  }

  @Test
  void oneThatHangsWhileItIsAloneLeavesRoomForTheNext() {
    InFlightSlots slots =
        new InFlightSlots(2_000, Map.of(HUNG, 1_500), Map.of(HUNG, ample(2_000), OTHER, ample(80)));

    assertThat(slots.left(HUNG)).isZero();
    assertThat(slots.left(OTHER)).isEqualTo(500);
  }

  @Test
  void whileOthersWaitItHasNoMoreThanItsShareOrWhatItsRateNeeds() {
    Map<Sender, Demand> demands = Map.of(HUNG, ample(300), OTHER, ample(80), THIRD, ample(1_200));
    InFlightSlots slots = new InFlightSlots(2_000, Map.of(), demands);

    assertThat(slots.left(HUNG)).isEqualTo(2_000 / 3);
    assertThat(slots.left(THIRD)).isEqualTo(1_200);
  }

  @Test
  void aBreakerBoundsWhatItsSenderTakesInOneRound() {
    InFlightSlots slots = new InFlightSlots(2_000, Map.of(), Map.of(HUNG, new Demand(100, 8)));
    slots.take(HUNG, 5);

    assertThat(slots.left(HUNG)).isEqualTo(3);
  }

  @Test
  void evenOnePlaceIsDealt() {
    assertThat(new InFlightSlots(1, Map.of(), Map.of(OTHER, ample(1))).left(OTHER)).isEqualTo(1);
    assertThat(new InFlightSlots(1, Map.of(), Map.of(OTHER, ample(1), HUNG, ample(1))).left(OTHER))
        .isEqualTo(1);
  }

  /** Hanging senders take all they can; the last one's slots come back each turn. */
  @Property(tries = 200)
  void aHealthySenderAlwaysGetsItsShareBesideOneThatHangs(@ForAll long seed) {
    Random random = new Random(seed);
    int all = 4 + random.nextInt(3_000);
    int needed = 1 + random.nextInt(all / 4);
    Map<Sender, Integer> held = new HashMap<>();
    for (int turn = 0; turn < 50; turn++) {
      held.remove(OTHER);
      Demand hangs = ample(random.nextInt(5_000));
      boolean both = turn > 10;
      Map<Sender, Demand> demands =
          both ? Map.of(HUNG, hangs, OTHER, ample(needed)) : Map.of(HUNG, hangs);
      InFlightSlots slots = new InFlightSlots(all, held, demands);
      int more = Math.min(slots.left(HUNG), random.nextInt(all));
      slots.take(HUNG, more);
      held.merge(HUNG, more, Integer::sum);
      if (both) {
        assertThat(slots.left(OTHER)).isGreaterThanOrEqualTo(needed);
      }
    }
  }

  private static Demand ample(int needed) {
    return new Demand(needed, Integer.MAX_VALUE);
  }

  private static Sender sender(String id) {
    return new Sender(id, "whatsapp", id);
  }
}
