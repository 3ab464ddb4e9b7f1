package dev.sluice.producer.quota;

import static dev.sluice.schema.WindowCodec.State.DONE;
import static dev.sluice.schema.WindowCodec.State.STARTED;
import static dev.sluice.schema.WindowCodec.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec.Run;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class QueuedRequestsTest {
  private static final LaneKey A = new LaneKey("a", 0);
  private static final LaneKey B = new LaneKey("b", 0);

  private final QueuedRequests queued = new QueuedRequests();

  @Test
  void whatIsNotDoneIsCountedByLane() {
    add(A, 10, 11, 12);
    add(B, 13);

    assertThat(count(10, List.of())).isEqualTo(Map.of(A, 3L, B, 1L));
  }

  @Test
  void whatIsBeforeTheCommittedOffsetOrDoneIsNot() {
    add(A, 10, 11, 12);
    add(B, 13, 15, 16, 17, 19);

    // Offsets 14 and 18 are transaction markers, which take an offset but are not requests.
    assertThat(
            count(
                11,
                List.of(
                    new Run(WAITING, 1), new Run(DONE, 3), new Run(STARTED, 1), new Run(DONE, 1))))
        .isEqualTo(Map.of(A, 1L, B, 3L));
    assertThat(count(17, List.of())).isEqualTo(Map.of(B, 2L));
    assertThat(count(30, List.of())).isEmpty();
  }

  @Test
  void whatFollowsTheLastRunWaits() {
    add(A, 5, 6, 500);

    assertThat(count(5, List.of(new Run(DONE, 2)))).isEqualTo(Map.of(A, 1L));
  }

  @Test
  void aLogThatBeginsAnewIsCountedAnew() {
    add(A, 5, 6, 500);
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 3L));
    add(B, 0, 1);

    assertThat(count(0, List.of())).isEqualTo(Map.of(B, 2L));
  }

  @Test
  void whatIsCountedIsTheSameUntilSomethingMoves() {
    add(A, 5, 6);
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 2L));
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 2L));
    add(B, 7);
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 2L, B, 1L));
    assertThat(count(5, List.of(new Run(DONE, 1)))).isEqualTo(Map.of(A, 1L, B, 1L));
  }

  @Test
  void aTailThatWasCutOffIsForgottenAndTheRestIsNot() {
    add(A, 5, 6, 7);
    add(B, 8, 9, 12);
    queued.cutOff(9);
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 3L, B, 1L));
    queued.cutOff(7);
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 2L));

    // The log continues from its new end.
    add(B, 7);
    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 2L, B, 1L));
  }

  @Test
  void whatIsReadOnceMoreCountsOnceAndWhatIsBeforeItStays() {
    add(A, 5, 6, 7, 8);
    add(B, 7);

    assertThat(count(5, List.of())).isEqualTo(Map.of(A, 2L, B, 1L));
  }

  @Test
  void aHeadThatWasCutOffTakesNothingElseAlong() {
    add(A, 5, 6, 7);
    add(B, 50);

    assertThat(count(7, List.of())).isEqualTo(Map.of(A, 1L, B, 1L));
    add(A, 51);
    assertThat(count(7, List.of())).isEqualTo(Map.of(A, 2L, B, 1L));
  }

  @Test
  void lanesBeyondTheMostAreCountedTogether() {
    QueuedRequests few = new QueuedRequests(2, 1_000);
    List<String> senders = List.of("a", "b", "c", "d", "c", "a");
    for (int i = 0; i < senders.size(); i++) {
      few.add(i, new LaneKey(senders.get(i), 0));
    }

    assertThat(few.count(0, List.of()))
        .isEqualTo(new QueuedRequests.Waiting(Map.of(A, 2L, B, 1L), 3));
    assertThat(few.count(0, List.of(new Run(DONE, 3))))
        .isEqualTo(new QueuedRequests.Waiting(Map.of(A, 1L), 2));
  }

  /** Otherwise part of its requests would be counted with the others and missed. */
  @Test
  void aLaneIsNotToldApartWhileItMayBeAmongTheOthers() {
    QueuedRequests few = new QueuedRequests(1, 1_000);
    few.add(0, A);
    few.add(1, B);
    few.count(1, List.of());
    few.add(2, B);
    assertThat(few.count(1, List.of())).isEqualTo(new QueuedRequests.Waiting(Map.of(), 2));

    few.count(3, List.of());
    few.add(3, B);
    assertThat(few.count(3, List.of())).isEqualTo(new QueuedRequests.Waiting(Map.of(B, 1L), 0));
  }

  @Test
  void aLaneThatIsToldApartStaysSoWhateverComesAfterIt() {
    QueuedRequests few = new QueuedRequests(2, 1_000);
    few.add(0, A);
    for (int i = 1; i < 500; i++) {
      few.add(i, new LaneKey("junk" + i, 0));
    }
    few.add(500, A);
    few.count(1, List.of());
    few.add(501, A);

    assertThat(few.count(1, List.of()).byLane()).containsEntry(A, 2L);
  }

  @Test
  void oneLanesRequestsInARowAreRememberedAsOneAndManyLanesUpToABound() {
    QueuedRequests few = new QueuedRequests(10, 3);
    for (int i = 0; i < 1_000; i++) {
      few.add(i, A);
    }
    few.add(1_000, B);
    assertThat(few.full()).isFalse();
    few.add(1_001, A);
    assertThat(few.full()).isTrue();

    assertThat(few.count(1_000, List.of()))
        .isEqualTo(new QueuedRequests.Waiting(Map.of(A, 1L, B, 1L), 0));
    assertThat(few.full()).isFalse();
  }

  /** Compares with a list of single requests, the simplest implementation. */
  @Test
  void stretchesCountWhatSingleRequestsWould() {
    Random random = new Random(12);
    for (int round = 0; round < 300; round++) {
      QueuedRequests stretches = new QueuedRequests();
      NavigableMap<Long, LaneKey> single = new TreeMap<>();
      for (long offset = 0; offset < 40; offset++) {
        if (random.nextInt(5) > 0) {
          LaneKey lane = random.nextInt(3) > 0 ? A : B;
          stretches.add(offset, lane);
          single.put(offset, lane);
        }
      }
      long end = random.nextLong(50);
      stretches.cutOff(end);
      single.tailMap(end, true).clear();
      long committed = random.nextLong(40);
      List<Run> window =
          random
              .ints(random.nextInt(8), 1, 6)
              .mapToObj(length -> new Run(random.nextBoolean() ? DONE : WAITING, length))
              .toList();
      single.headMap(committed).clear();
      long at = committed;
      for (Run run : window) {
        if (run.state() == DONE) {
          single.subMap(at, at + run.length()).clear();
        }
        at += run.length();
      }

      assertThat(stretches.count(committed, window).byLane())
          .isEqualTo(
              single.values().stream()
                  .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
    }
  }

  private void add(LaneKey lane, long... offsets) {
    for (long offset : offsets) {
      queued.add(offset, lane);
    }
  }

  private Map<LaneKey, Long> count(long committed, List<Run> window) {
    QueuedRequests.Waiting waiting = queued.count(committed, window);
    assertThat(waiting.others()).isZero();
    return waiting.byLane();
  }
}
