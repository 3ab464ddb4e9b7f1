package dev.sluice.producer;

import static dev.sluice.schema.WindowCodec.State.DONE;
import static dev.sluice.schema.WindowCodec.State.STARTED;
import static dev.sluice.schema.WindowCodec.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec.Run;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    // Offsets 14 and 18 are the markers of transactions: they take a place and are no request.
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

  private void add(LaneKey lane, long... offsets) {
    for (long offset : offsets) {
      queued.add(offset, lane);
    }
  }

  private Map<LaneKey, Long> count(long committed, List<Run> window) {
    Map<LaneKey, Long> waiting = new HashMap<>();
    queued.countInto(waiting, committed, window);
    return waiting;
  }
}
