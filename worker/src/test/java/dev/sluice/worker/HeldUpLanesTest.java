package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Control;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * A lane that its rate would let send more, but that lacks places, has a breaker that lets few
 * through, or has an ever slower provider, leaves its neighbour 95 % of its rate.
 */
class HeldUpLanesTest {
  private static final String SLOW = "slow";
  private static final String NEIGHBOUR = "neighbour";
  private static final int RATE = 80;

  @Test
  void aLaneWithoutSlotsStopsNobodyElse() {
    SteppedProducer producer = sideBySide(40, RATE, _ -> Duration.ofSeconds(2));

    assertThat(producer.sentIn(60, NEIGHBOUR)).isGreaterThanOrEqualTo(60 * RATE * 95 / 100);
    assertThat(producer.worker.sentBy(SLOW))
        .as("it has the places that it is due")
        .isGreaterThan(9 * 60);
    assertThat(producer.worker.returned).as("there is room for its queue").isEmpty();
  }

  @Test
  void norDoMany() {
    SteppedProducer producer = sideBySide(200, RATE, _ -> Duration.ofSeconds(2));
    for (int i = 1; i < 12; i++) {
      producer.add(SLOW + i, RATE, _ -> Duration.ofSeconds(2));
    }

    assertThat(producer.sentIn(60, NEIGHBOUR)).isGreaterThanOrEqualTo(60 * RATE * 95 / 100);
    assertThat(producer.worker.returned)
        .as("they circle slowly")
        .hasSizeBetween(500, 12 * 10 * RATE * 60 / 5)
        .allSatisfy(request -> assertThat(SteppedProducer.seconds(request)).isBetween(5, 18));
  }

  @Test
  void neitherDoesOneThatItsBreakerLetsGoOnSlowly() {
    SteppedProducer producer = sideBySide(2_000, RATE, _ -> Duration.ofSeconds(4));

    assertThat(producer.sentIn(40, NEIGHBOUR)).isGreaterThanOrEqualTo(40 * RATE * 95 / 100);
    assertThat(producer.worker.health.problems()).isEmpty();
    assertThat(producer.sentIn(20, SLOW))
        .as("it is at its rate again")
        .isGreaterThan(20 * RATE * 9 / 10);
  }

  @Test
  void norOneWhoseBreakerIsHalfOpen() {
    SteppedProducer producer =
        sideBySide(
            2_000,
            RATE,
            millis -> Duration.ofMillis(millis < 10_000 ? 100 : millis < 25_000 ? 30_000 : 4_000));
    producer.run(25);

    assertThat(producer.worker.controls).containsKey(Control.senderKey(SLOW));
    assertThat(producer.sentIn(40, NEIGHBOUR)).isGreaterThanOrEqualTo(40 * RATE * 95 / 100);
  }

  @Test
  void norOneWhoseProviderAnswersEverLater() {
    SteppedProducer producer =
        sideBySide(
            2_000,
            200,
            millis -> Duration.ofMillis(Math.clamp((millis - 5_000) / 5, 1_000, 12_000)));
    producer.run(15);

    assertThat(producer.sentIn(80, NEIGHBOUR)).isGreaterThanOrEqualTo(80 * RATE * 95 / 100);
    assertThat(producer.worker.health.problems()).isEmpty();
    assertThat(producer.sentIn(40, SLOW))
        .as("it has room for 200 in the window")
        .isGreaterThan(40 * 200 / 12);
  }

  /** The neighbour is answered at once. */
  private static SteppedProducer sideBySide(
      int maxInFlight, int rate, LongFunction<Duration> answerTime) {
    SteppedProducer producer = new SteppedProducer(maxInFlight);
    producer.add(SLOW, rate, answerTime);
    producer.add(NEIGHBOUR, RATE);
    producer.run(1);
    return producer;
  }
}
