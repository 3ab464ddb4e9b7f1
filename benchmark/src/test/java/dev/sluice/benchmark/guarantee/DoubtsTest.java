package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DoubtsTest {
  private static final String FIRST = "at 900: SIGKILL worker 1";
  private static final String SECOND = "at 1100: SIGKILL worker 2";
  private static final String THIRD = "at 1200: SIGKILL worker 1";

  @Test
  void areToldByTheKilledWorkerWithThoseThatWereNeverSent() {
    Map<Long, String> causes = Map.of(1L, FIRST, 2L, FIRST, 3L, FIRST, 4L, SECOND, 5L, SECOND);

    assertThat(
            new Doubts(
                    List.of(FIRST, SECOND, THIRD),
                    causes,
                    Set.of(1L, 2L, 4L),
                    Set.of(2L, 3L, 4L, 5L))
                .lines())
        .containsExactly(
            FIRST + ": 2 in doubt, 1 of them never sent",
            SECOND + ": 1 in doubt, 0 of them never sent",
            THIRD + ": 0 in doubt, 0 of them never sent",
            "in all: 3 in doubt, 1 of them never sent");
  }

  @Test
  void whomNothingExplainsCountsOnlyInAll() {
    assertThat(new Doubts(List.of(FIRST), Map.of(), Set.of(7L), Set.of()).lines())
        .containsExactly(
            FIRST + ": 0 in doubt, 0 of them never sent",
            "in all: 1 in doubt, 1 of them never sent");
  }
}
