package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests a sender whose rate is higher than its places allow. */
class ScarcePlacesTest {
  private static final String FAST = "fast";
  private static final int PLACES = 100;

  /** Alone it may have three quarters of the places. */
  private static final int MOST_PER_SECOND = 1_000 / 30 * PLACES * 3 / 4;

  private final SteppedProducer producer = new SteppedProducer(PLACES);

  @Test
  void aPlaceIsTakenAgainSoonerThanTheUsualIteration() {
    producer.add(FAST, 2 * MOST_PER_SECOND, _ -> Duration.ofMillis(30));
    producer.run(2);

    assertThat(producer.sentIn(5, FAST)).isGreaterThan(5 * MOST_PER_SECOND * 85 / 100);
  }

  @Test
  void aPlaceIsNotEmptyWhileATransactionCommitsBesideASmallNeighbourEither() {
    producer.worker.commitTakes = Duration.ofMillis(10);
    producer.add(FAST, 2 * MOST_PER_SECOND, _ -> Duration.ofMillis(30));
    producer.add("small", 20, _ -> Duration.ofMillis(30));
    producer.run(4);

    assertThat(producer.sentIn(5, FAST)).isGreaterThan(5 * MOST_PER_SECOND * 85 / 100);
  }

  @Test
  void transactionsThatFailAreNotRepeatedSooner() {
    producer.add(FAST, 2 * MOST_PER_SECOND, _ -> Duration.ofMillis(30));
    producer.run(2);
    int toFail = 1_000;
    producer.worker.aborted = toFail;
    producer.run(1);

    assertThat(toFail - producer.worker.aborted).isBetween(10, 50);
  }
}
