package dev.sluice.benchmark.chaos;

import dev.sluice.benchmark.guarantee.Share;
import dev.sluice.local.SeparateInfrastructure;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark neighbours}: one fault of each kind, all at once. */
@Tag("weekly")
class NeighboursIT {
  @Test
  void whateverIsWrongWithSomeTheOthersGoOnAndCompleteWhileItLasts() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      new Neighbours(
              servers,
              20,
              Duration.ofSeconds(8),
              Share.ofBefore(0.5),
              Set.of(Fault.SLOW_PAGES),
              System.out::println)
          .together(
              List.of(
                  Fault.SILENT_PROVIDER,
                  Fault.THROTTLED,
                  Fault.REFUSED_CONNECTION,
                  Fault.PAUSED_CAMPAIGN,
                  Fault.BLOCKED_SENDER,
                  Fault.ABSURD_RATES,
                  Fault.UNKNOWN_TIME_ZONE,
                  Fault.EXPLODING_MESSAGE,
                  Fault.START_DURING_IMPORT,
                  Fault.LOCKED_RECIPIENTS,
                  Fault.SLOW_PAGES,
                  Fault.REFUSED_RESULTS));
    }
  }
}
