package dev.sluice.console.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private static final Duration LONGEST = Duration.ofSeconds(2);

  @Test
  void aReadGetsItsOwnTimeOrHalfOfWhatIsLeftForAll() {
    assertThat(Deadline.none().next(LONGEST)).contains(LONGEST);
    assertThat(Deadline.in(Duration.ofSeconds(60)).next(LONGEST)).contains(LONGEST);
    assertThat(Deadline.in(Duration.ofMinutes(2)).next(Duration.ofHours(1)).orElseThrow())
        .isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1));
  }

  /** PostgreSQL takes no time for no limit. */
  @Test
  void noReadGetsNoTime() {
    assertThat(Deadline.in(Duration.ZERO).next(LONGEST)).isEmpty();
    assertThat(Deadline.in(Duration.ofMillis(-1)).next(LONGEST)).isEmpty();
    Deadline deadline = Deadline.in(Duration.ofMillis(100));
    Optional<Duration> next = deadline.next(LONGEST);
    while (next.isPresent()) {
      assertThat(next.get().toMillis()).isPositive();
      Thread.onSpinWait();
      next = deadline.next(LONGEST);
    }
  }
}
