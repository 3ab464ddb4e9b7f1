package dev.sluice.benchmark.chaos;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark outages}. */
@Tag("weekly")
class OutageIT {
  @Test
  void whateverIsMissingTheServicesGoOnByThemselvesAndNobodyIsLost() throws Exception {
    new Outages(
            1_800, 90, Duration.ofSeconds(4), List.of(Outages.Kind.values()), System.out::println)
        .run();
  }
}
