package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockProbeTest {
  private static final Instant NOON = Instant.parse("2027-03-10T12:00:00Z");

  private final Health health = new Health();
  private Instant now = NOON;
  private final ClockProbe probe = new ClockProbe(() -> now, health);

  @Test
  void aClockThatIsSetBackIsReportedUntilItHasCaughtUp() {
    now = NOON.minus(Duration.ofHours(1));
    probe.review();
    assertThat(health.problems().get("machine clock"))
        .contains("set back by 3600 s", NOON.toString(), "restart the process");

    now = NOON.minusSeconds(4);
    probe.review();
    assertThat(health.problems()).containsKey("machine clock");

    now = NOON;
    probe.review();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void smallStepsAndStepsForwardAreNot() {
    now = NOON.plus(Duration.ofHours(1));
    probe.review();
    now = now.minusSeconds(3);
    probe.review();

    assertThat(health.problems()).isEmpty();
  }
}
