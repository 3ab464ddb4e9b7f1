package dev.sluice.benchmark.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.LaneKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeoverScenarioTest {
  @Test
  void eachSenderHasAPartitionForItself() {
    assertThat(TakeoverScenario.senders(8))
        .extracting(sender -> new LaneKey(sender, 0).partition(8))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void theLongestPauseOfALaneCounts() {
    TakeoverScenario.Seen seen =
        new TakeoverScenario.Seen(
            TakeoverScenario.Event.WORKER_KILLED,
            List.of(Duration.ofMillis(40), Duration.ofMillis(7_900), Duration.ofMillis(1_001)));

    assertThat(seen.missed()).isFalse();
    assertThat(seen.row().values()).containsExactly(7.9, 8.0, 2.0);
  }

  @Test
  void aPauseLongerThanExpectedIsMissed() {
    TakeoverScenario.Seen seen =
        new TakeoverScenario.Seen(
            TakeoverScenario.Event.WORKER_STOPPED, List.of(Duration.ofMillis(1_001)));

    assertThat(seen.missed()).isTrue();
    assertThat(seen)
        .hasToString("a worker stopped as planned: no lane pauses for more than 1000 ms");
  }
}
