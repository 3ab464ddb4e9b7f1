package dev.sluice.benchmark.chaos;

import dev.sluice.local.SeparateInfrastructure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark neighbours}: one fault of each stage, all at once. */
class NeighboursIT {
  @Test
  void whateverIsWrongWithSomeTheOthersCompleteWhileItLasts() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      new Neighbours(servers, 20, Duration.ofSeconds(5), 0, false, System.out::println)
          .together(
              List.of(
                  Fault.SILENT_PROVIDER,
                  Fault.THROTTLED,
                  Fault.PAUSED_CAMPAIGN,
                  Fault.BLOCKED_SENDER,
                  Fault.UNKNOWN_TIME_ZONE,
                  Fault.START_DURING_IMPORT,
                  Fault.LOCKED_ROWS,
                  Fault.REFUSED_RESULTS));
    }
  }
}
