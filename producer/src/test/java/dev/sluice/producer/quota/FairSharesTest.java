package dev.sluice.producer.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairSharesTest {
  private static final UUID ONE = new UUID(0, 1);
  private static final UUID TWO = new UUID(0, 2);
  private static final UUID THREE = new UUID(0, 3);

  private final FairShares shares = new FairShares();
  private final Map<UUID, Long> given = new HashMap<>();

  /** Tries of a property share these. */
  private void forget() {
    shares.retain(Set.of());
    given.clear();
  }

  /** Gives each campaign in its turn what it may have. */
  private void round(long room, Map<UUID, Long> priorities) {
    shares.present(priorities.keySet());
    FairShares.Round round = shares.round(room, priorities);
    priorities.keySet().stream()
        .sorted(Comparator.comparingDouble(shares::virtualTime))
        .forEach(id -> {
          long share = round.share(id);
          if (share > 0) {
            round.give(id, share);
            given.merge(id, share, Long::sum);
          }
        });
  }

  private void rounds(int count, long room, Map<UUID, Long> priorities) {
    for (int i = 0; i < count; i++) {
      round(room, priorities);
    }
  }

  private long given(UUID campaign) {
    return given.getOrDefault(campaign, 0L);
  }

  private static Map<UUID, Long> priorities(List<Integer> all) {
    Map<UUID, Long> priorities = new LinkedHashMap<>();
    all.forEach(one -> priorities.put(new UUID(1, priorities.size()), (long) one));
    return priorities;
  }

  @Test
  void aRoomIsSharedByPriority() {
    round(400, Map.of(ONE, 1L, TWO, 3L));

    assertThat(given).containsOnly(Map.entry(ONE, 100L), Map.entry(TWO, 300L));
  }

  @Test
  void whoeverDidNotFitIntoARoomComesFirstInTheNext() {
    Map<UUID, Long> same = Map.of(ONE, 1L, TWO, 1L, THREE, 1L);
    round(2, same);
    assertThat(given).hasSize(2);

    round(1, same);

    assertThat(given).containsOnly(Map.entry(ONE, 1L), Map.entry(TWO, 1L), Map.entry(THREE, 1L));
  }

  @Test
  void whatACampaignDoesNotTakeIsLeftToTheNext() {
    FairShares.Round round = shares.round(3, Map.of(ONE, 100L, TWO, 1L, THREE, 1L));
    assertThat(round.share(ONE)).isEqualTo(2);
    round.give(ONE, 1);
    round.give(TWO, round.share(TWO));

    assertThat(round.share(THREE)).isEqualTo(1);
  }

  @Test
  void aCampaignThatJoinsDoesNotMakeUpForTheTimeBefore() {
    rounds(100, 1, Map.of(ONE, 1L, TWO, 1L));

    rounds(30, 1, Map.of(ONE, 1L, TWO, 1L, THREE, 1L));

    assertThat(given(THREE)).isBetween(9L, 11L);
  }

  @Test
  void aCampaignThatComesBackDoesNotMakeUpForItsAbsence() {
    rounds(10, 1, Map.of(ONE, 1L, TWO, 1L, THREE, 1L));
    rounds(100, 1, Map.of(ONE, 1L, TWO, 1L));
    given.clear();

    rounds(30, 1, Map.of(ONE, 1L, TWO, 1L, THREE, 1L));

    assertThat(given(THREE)).isBetween(9L, 11L);
  }

  /** All others have been away since, and the next that comes back finds nobody. */
  @Test
  void whatWasGivenToThoseWhoLeftCountsForThoseWhoComeBack() {
    rounds(2, 1, Map.of(ONE, 1L, TWO, 1L));
    rounds(100, 1, Map.of(ONE, 1L));
    round(1, Map.of(TWO, 1L));
    given.clear();

    rounds(30, 1, Map.of(ONE, 1L, TWO, 1L));

    assertThat(given(ONE)).isBetween(14L, 16L);
  }

  @Property
  void howeverLittleRoomThereIsEachHasItsShareInTheLongRun(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 100) Integer> all,
      @ForAll @IntRange(min = 1, max = 3_000) int places) {
    forget();
    Map<UUID, Long> priorities = priorities(all);
    double sum = priorities.values().stream().mapToLong(Long::longValue).sum();

    rounds(places, 1, priorities);

    priorities.forEach((id, priority) ->
        assertThat((double) given(id))
            .isBetween(
                Math.floor((places - all.size()) * priority / sum),
                Math.ceil(places * priority / sum + 1)));
  }

  @Property
  void aRoomIsUsedUpToARestSmallerThanOnePlacePerCampaign(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 100) Integer> all,
      @ForAll @IntRange(min = 1, max = 1_000) int room) {
    forget();
    round(room, priorities(all));

    assertThat(given.values().stream().mapToLong(Long::longValue).sum())
        .isGreaterThan(room - all.size())
        .isLessThanOrEqualTo(room);
  }
}
