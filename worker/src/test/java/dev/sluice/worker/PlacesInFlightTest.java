package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.PlacesInFlight.Demand;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesInFlightTest {
  private static final Sender HUNG = sender("hung");
  private static final Sender OTHER = sender("y other");
  private static final Sender THIRD = sender("z third");

  @Test
  void whoWaitsAloneMayHaveAllButAQuarter() {
    PlacesInFlight places = places(2_000, Map.of(), Map.of(HUNG, ample(100)));

    assertThat(places.left(HUNG)).isEqualTo(1_500);
  }

  @Test
  void oneThatHangsWhileItIsAloneLeavesRoomForTheNext() {
    PlacesInFlight places =
        places(2_000, Map.of(HUNG, 1_500), Map.of(HUNG, ample(2_000), OTHER, ample(80)));

    assertThat(places.left(HUNG)).isZero();
    assertThat(places.left(OTHER)).isEqualTo(80);
  }

  @Test
  void twoThatHangBeforeAThirdHasWorkLeaveItAQuarter() {
    Map<Sender, Integer> held = new HashMap<>();
    for (int turn = 0; turn < 100; turn++) {
      turn(2_000, held, Map.of(HUNG, ample(2_000), OTHER, ample(2_000)), 100);
    }
    PlacesInFlight places =
        places(2_000, held, Map.of(HUNG, ample(2_000), OTHER, ample(2_000), THIRD, ample(200)));

    assertThat(held.get(HUNG) + held.get(OTHER)).isEqualTo(1_500);
    assertThat(places.left(THIRD)).isEqualTo(200);
  }

  /** 400/s with responses after 2.5 s: each turn frees a few places, for others as well. */
  @Test
  void betweenTwoThatAreSlowAThirdHasWhatItNeeds() {
    Map<Sender, Integer> held = new HashMap<>();
    Map<Sender, Demand> demands = Map.of(HUNG, ample(2_000), OTHER, ample(2_000));
    for (int turn = 0; turn < 300; turn++) {
      held.replaceAll((sender, count) -> sender.equals(THIRD) ? 0 : count - count / 100);
      if (turn == 100) {
        demands = Map.of(HUNG, ample(2_000), OTHER, ample(2_000), THIRD, ample(240));
      }
      Map<Sender, Integer> taken = turn(2_000, held, demands, Integer.MAX_VALUE);
      if (turn > 100) {
        assertThat(taken.get(THIRD)).isEqualTo(240);
      }
    }
    assertThat(held.get(HUNG)).isBetween(600, 900);
    assertThat(held.get(OTHER)).isBetween(600, 900);
  }

  @Test
  void whileOthersWaitItHasItsShareOrWhatItsRateNeedsAndTheyAreNotDue() {
    Map<Sender, Demand> demands = Map.of(HUNG, ample(300), OTHER, ample(80), THIRD, ample(1_200));
    PlacesInFlight places = places(2_000, Map.of(), demands);

    assertThat(places.left(HUNG)).isEqualTo(2_000 / 3);
    assertThat(places.left(THIRD)).isEqualTo(1_500 - 300 - 80);
  }

  @Test
  void aBreakerBoundsWhatItsSenderTakesInOneRound() {
    PlacesInFlight places = places(2_000, Map.of(), Map.of(HUNG, new Demand(100, 8)));
    places.take(HUNG, 5);

    assertThat(places.left(HUNG)).isEqualTo(3);
  }

  @Test
  void aBreakerTriesOneWhateverHangsSinceItOpened() {
    Map<Sender, Demand> demands = new HashMap<>();
    for (int i = 0; i < 13; i++) {
      demands.put(new Sender("small" + i, "p", "a"), new Demand(3, Integer.MAX_VALUE));
    }
    demands.put(HUNG, new Demand(48, 0, 1, true));

    assertThat(places(2_000, Map.of(HUNG, 216), demands).left(HUNG)).isOne();
    assertThat(places(2_000, Map.of(HUNG, 1_999), demands).left(HUNG)).isOne();
    assertThat(places(2_000, Map.of(HUNG, 2_000), demands).left(HUNG)).isZero();
  }

  @Test
  void aProviderThatAnswersAgainIsSentToBesideWhatStillHangs() {
    Map<Sender, Demand> demands = new HashMap<>();
    for (int i = 0; i < 13; i++) {
      demands.put(new Sender("small" + i, "p", "a"), new Demand(3, Integer.MAX_VALUE));
    }
    demands.put(HUNG, new Demand(48, 240, Integer.MAX_VALUE, false));

    assertThat(places(2_000, Map.of(HUNG, 216), demands).left(HUNG)).isGreaterThanOrEqualTo(48);
  }

  /** Of 1/s and of 80/s, with responses as fast as this. */
  @ParameterizedTest
  @CsvSource({"2000, 1500, 0.1", "2000, 1500, 0.4", "200, 140, 0.1"})
  void manySmallOnesThatWaitForTheirTimeLeaveALargeOneWhatItNeeds(
      int all, int count, double seconds) {
    Map<Sender, Integer> held = new HashMap<>();
    Map<Sender, Demand> demands = new HashMap<>();
    List<Sender> small = senders("small", count);
    small.forEach(sender -> demands.put(sender, ample(2 * seconds)));
    small.stream().limit((long) (count * seconds)).forEach(sender -> held.put(sender, 1));
    demands.put(OTHER, ample(2 * 80 * seconds));

    PlacesInFlight places = places(all, held, demands);

    assertThat(places.left(OTHER)).isGreaterThanOrEqualTo((int) (80 * seconds));
    assertThat(small)
        .filteredOn(sender -> !held.containsKey(sender))
        .allSatisfy(sender -> assertThat(places.left(sender)).isPositive());
  }

  @Test
  void whatSoonBecomesFreeMayBeDeclaredAheadButTogetherNoMoreThanAQuarterOfAllPlaces() {
    assertThat(ahead(5_000, 0, 30, 0)).isEqualTo(30);
    assertThat(ahead(5_000, 12, 30, 12)).isEqualTo(18);
    assertThat(ahead(5_000, 0, 600, 0)).isEqualTo(500);
    assertThat(ahead(5_000, 0, 600, 490)).as("those of others wait, too").isEqualTo(10);
  }

  @Test
  void aBreakerBoundsWhatIsDeclaredAheadToo() {
    assertThat(ahead(10, 0, 600, 0)).isEqualTo(10);
    Demand trial = new Demand(2_000, 0, 10, true, 0, 600);
    assertThat(places(2_000, Map.of(), Map.of(OTHER, trial)).ahead(OTHER, Set.of(OTHER))).isZero();
  }

  @Test
  void whatIsDeclaredAheadTakesNoPlace() {
    PlacesInFlight places = places(2_000, Map.of(), Map.of(OTHER, fast(0, 600)));
    places.take(OTHER, 1_500);
    places.takeAhead(OTHER, 200);

    assertThat(places.allowed()).containsEntry(OTHER, 1_500);
    assertThat(places.left(OTHER)).isZero();
    assertThat(places.ahead(OTHER, Set.of(OTHER))).isEqualTo(300);
  }

  @Test
  void nobodyDeclaresAheadForPlacesThatOthersLackAndAreDue() {
    PlacesInFlight places =
        places(2_000, Map.of(HUNG, 1_500), Map.of(HUNG, fast(0, 600), OTHER, ample(600)));

    assertThat(places.ahead(HUNG, Set.of(HUNG, OTHER))).isZero();
    assertThat(places.ahead(HUNG, Set.of(HUNG))).as("beside one that lacks none").isEqualTo(500);
  }

  @Test
  void norForTheFairShareOfOneBesideManySmallOnesThatHang() {
    Map<Sender, Integer> held = new HashMap<>(Map.of(HUNG, 140));
    senders("small", 60).forEach(sender -> held.put(sender, 1));
    PlacesInFlight places =
        places(200, held, Map.of(HUNG, new Demand(400, 600, 900, false, 0, 40), OTHER, ample(16)));
    places.take(OTHER, 3);

    assertThat(places.ahead(HUNG, Set.of(HUNG, OTHER))).isZero();
  }

  @Test
  void whoHoldsMoreThanItMayDeclaresNothingAhead() {
    PlacesInFlight places =
        places(
            2_000,
            Map.of(HUNG, 1_900),
            Map.of(HUNG, new Demand(10, 30, 5_000, false, 0, 600), OTHER, ample(0.5)));

    assertThat(places.ahead(HUNG, Set.of(HUNG))).isZero();
  }

  /** One that holds 1,500 of 2,000 places alone. */
  private static int ahead(int room, int waiting, int ending, int waitingOfAll) {
    Demand demand = new Demand(2_000, 0, room, false, waiting, ending);
    return new PlacesInFlight(2_000, Map.of(OTHER, 1_500), Map.of(OTHER, demand), waitingOfAll)
        .ahead(OTHER, Set.of(OTHER));
  }

  private static Demand fast(int waiting, int ending) {
    return new Demand(2_000, 0, 5_000, false, waiting, ending);
  }

  private static PlacesInFlight places(
      int places, Map<Sender, Integer> held, Map<Sender, Demand> demands) {
    return new PlacesInFlight(places, held, demands, 0);
  }

  @Test
  void evenOnePlaceIsDealt() {
    assertThat(places(1, Map.of(), Map.of(OTHER, ample(1))).left(OTHER)).isEqualTo(1);
    assertThat(places(1, Map.of(), Map.of(OTHER, ample(1), HUNG, ample(1))).left(OTHER))
        .isEqualTo(1);
  }

  /**
   * Up to three senders take all they can before the others have work, and hang or are slow; two
   * small ones hang too. Those of the healthy one come back each turn.
   */
  @Property(tries = 300)
  void aHealthySenderHasWhatItNeedsBesideAnyThatHangOrAreSlow(@ForAll long seed) {
    Random random = new Random(seed);
    int all = 200 + random.nextInt(3_000);
    int needed = 1 + random.nextInt(all / 100);
    List<Sender> hung = senders("hung", 1 + random.nextInt(2));
    List<Sender> slow = senders("slow", random.nextInt(2));
    List<Sender> small = senders("small", random.nextInt(3));
    Map<Sender, Integer> held = new HashMap<>();
    for (int turn = 0; turn < 100; turn++) {
      held.remove(OTHER);
      slow.forEach(sender -> held.computeIfPresent(sender, (one, count) -> count - count / 50));
      Map<Sender, Demand> demands = new HashMap<>();
      hung.forEach(sender -> demands.put(sender, ample(random.nextInt(2 * all))));
      slow.forEach(sender -> demands.put(sender, ample(all)));
      small.forEach(sender -> demands.put(sender, ample(all / 64.0)));
      if (turn > 20) {
        demands.put(OTHER, ample(needed));
      }
      Map<Sender, Integer> taken = turn(all, held, demands, random.nextInt(all));
      assertThat(held.values().stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(all);
      if (turn > 20) {
        assertThat(taken.get(OTHER)).isGreaterThanOrEqualTo(needed);
      }
    }
  }

  /**
   * One turn in which each takes what it may, the healthy ones last.
   *
   * @param most what each of the others takes in one turn
   */
  private static Map<Sender, Integer> turn(
      int all, Map<Sender, Integer> held, Map<Sender, Demand> demands, int most) {
    PlacesInFlight places = places(all, held, demands);
    Map<Sender, Integer> taken = new HashMap<>();
    demands.keySet().stream()
        .sorted(Comparator.comparing(Sender::id))
        .forEach(sender -> {
          boolean last = sender.equals(OTHER) || sender.equals(THIRD);
          int count = last ? places.left(sender) : Math.min(most, places.left(sender));
          places.take(sender, count);
          taken.put(sender, count);
        });
    taken.forEach((sender, count) -> held.merge(sender, count, Integer::sum));
    return taken;
  }

  private static List<Sender> senders(String name, int count) {
    return IntStream.range(0, count).mapToObj(number -> sender(name + number)).toList();
  }

  private static Demand ample(double needed) {
    return new Demand(needed, Integer.MAX_VALUE);
  }

  private static Sender sender(String id) {
    return new Sender(id, "whatsapp", id);
  }
}
