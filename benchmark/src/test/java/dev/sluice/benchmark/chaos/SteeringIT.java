package dev.sluice.benchmark.chaos;

import dev.sluice.local.SeparateInfrastructure;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark steering}. */
@Tag("weekly")
class SteeringIT {
  /** The benchmark allows a second (I8), but here other tests keep the machine busy. */
  private static final Duration AT_ONCE = Duration.ofSeconds(5);

  @Test
  void aPauseAndACancelStopAFastSenderHalfwayAndAResumeSendsToNobodyTwice() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      new Steering(servers, AT_ONCE, System.out::println).pauseAndCancel(4_000, 800);
    }
  }
}
