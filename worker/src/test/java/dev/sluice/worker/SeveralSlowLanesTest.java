package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several lanes with slow responses or long queues, none of which alone holds much of the window or
 * of the memory, leave their neighbour 95 % of its rate and keep their own.
 */
@Execution(ExecutionMode.CONCURRENT)
class SeveralSlowLanesTest {
  private static final String SLOW = "slow";
  private static final String THROTTLED = "throttled";
  private static final String NEIGHBOUR = "neighbour";
  private static final int RATE = 80;

  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  void lanesWhoseProvidersAnswerEverLaterStopNobodyElse(int lanes) {
    SteppedProducer producer =
        beside(
            lanes,
            RATE,
            millis -> Duration.ofMillis(Math.clamp((millis - 5_000) / 5, 1_000, 12_000)));

    for (int i = 0; i < 7; i++) {
      assertThat(producer.sentIn(20, NEIGHBOUR)).isGreaterThanOrEqualTo(20 * RATE * 95 / 100);
      assertWindowFits(producer);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void andEachSendsAtItsRate(int seconds) {
    SteppedProducer producer = beside(8, RATE, _ -> Duration.ofSeconds(seconds));
    // Their breakers begin with a few messages.
    producer.run(25);

    assertThat(producer.sentIn(20, SLOW)).isGreaterThanOrEqualTo(8 * 20 * RATE * 95 / 100);
    assertThat(producer.sentIn(20, NEIGHBOUR)).isGreaterThanOrEqualTo(20 * RATE * 95 / 100);
    assertWindowFits(producer);
  }

  /** Answers of 5 s open their breakers, whose caution is theirs alone. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void lanesThatWereSlowForAMomentRecoverLikeOneAlone(int seconds) {
    LongFunction<Duration> answerTime =
        millis -> Duration.ofMillis(millis > 20_000 && millis < 25_000 ? seconds * 1_000 : 1_200);
    SteppedProducer six = beside(6, RATE, answerTime);
    SteppedProducer one = beside(1, RATE, answerTime);
    six.run(24);
    one.run(24);

    for (int i = 0; i < 8; i++) {
      assertThat(six.sentIn(2, SLOW)).isGreaterThanOrEqualTo(6 * one.sentIn(2, SLOW) * 95 / 100);
    }
    assertThat(six.sentIn(10, SLOW)).isGreaterThanOrEqualTo(6 * 10 * RATE * 95 / 100);
    assertThat(six.worker.sentBy(NEIGHBOUR)).isGreaterThanOrEqualTo(50 * RATE * 95 / 100);
  }

  /** It has hung for a second, as when it collects garbage. */
  @Test
  void aFastLaneKeepsWhatItHasReadWhileItsProviderIsQuiet() {
    SteppedProducer producer = new SteppedProducer(4_000);
    producer.add(
        SLOW,
        1_000,
        millis -> Duration.ofMillis(Math.max(50, millis < 20_000 ? 0 : 21_500 - millis)));
    producer.add(NEIGHBOUR, RATE);
    producer.run(19);
    int before = producer.worker.returned.size();
    producer.run(4);

    assertThat(producer.worker.returned).hasSize(before);
    assertThat(producer.sentIn(10, SLOW)).isGreaterThanOrEqualTo(10 * 1_000 * 95 / 100);
  }

  /** Other programs have written it, to lanes that send at their rates. */
  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  void norDoLanesOfALowRateWithMinutesOfWork(int lanes) {
    SteppedProducer producer = new SteppedProducer(2_000);
    for (int i = 0; i < lanes; i++) {
      producer.add(SLOW + i, 5);
      producer.write(SLOW + i, 1_100);
    }
    producer.add(NEIGHBOUR, RATE);
    producer.run(2);

    for (int i = 0; i < 8; i++) {
      assertThat(producer.sentIn(20, NEIGHBOUR)).isGreaterThanOrEqualTo(20 * RATE * 95 / 100);
      assertWindowFits(producer);
    }
  }

  /** Of 1,000/s with answers after half a second, so 500 in flight. */
  @ParameterizedTest
  @Tag("weekly")
  @CsvSource({"390, true", "100, false"})
  void aFastLaneKeepsItsRateBesideWhatAPausedOrSlowOneKeeps(int kept, boolean paused) {
    SteppedProducer producer = new SteppedProducer(4_000);
    producer.add(NEIGHBOUR, 1_000, _ -> Duration.ofMillis(500));
    producer.add(SLOW, 1);
    producer.run(25);
    if (paused) {
      producer.refuse(SLOW, Duration.ofMinutes(5));
    }
    for (int i = 0; i < 10; i++) {
      producer.write(SLOW, kept / 10);
      producer.run(1);
    }
    producer.run(5);

    for (int i = 0; i < 2; i++) {
      assertThat(producer.sentIn(20, NEIGHBOUR)).isGreaterThanOrEqualTo(20 * 1_000 * 95 / 100);
      assertWindowFits(producer);
    }
  }

  /** If it gave back all that it has, it would have nothing to send until more is written. */
  @Test
  void andOneThatItsProviderSlowsDownKeepsWhatItSendsIn10s() {
    SteppedProducer producer = new SteppedProducer(4_000);
    producer.add(NEIGHBOUR, 1_000, _ -> Duration.ofMillis(500));
    producer.add(SLOW, 1);
    producer.add(THROTTLED, 40);
    producer.run(25);

    for (int i = 0; i < 6; i++) {
      producer.write(SLOW, 40);
      producer.refuse(THROTTLED, Duration.ZERO);
      producer.run(1);
      producer.accept(THROTTLED);
      assertThat(producer.sentIn(5, THROTTLED)).isGreaterThanOrEqualTo(5 * 40 / 2);
      assertWindowFits(producer);
    }
  }

  /** What the slow lanes keep is 10 s of work or less by then, but was read 15 s before. */
  @Test
  @Tag("weekly")
  void aFastLaneKeepsItsRateBesideRequestsThatWereReadLongBefore() {
    SteppedProducer producer = new SteppedProducer(4_000);
    producer.add(NEIGHBOUR, 1_000, _ -> Duration.ofMillis(500));
    producer.add(SLOW, 1);
    producer.add(THROTTLED, 10);
    producer.run(25);

    for (int i = 0; i < 12; i++) {
      producer.write(SLOW, i < 2 ? 50 : 0);
      producer.refuse(THROTTLED, Duration.ZERO);
      long sent = producer.sentIn(1, NEIGHBOUR);
      producer.accept(THROTTLED);
      sent += producer.sentIn(5, NEIGHBOUR);
      assertThat(sent).isGreaterThanOrEqualTo(6 * 1_000 * 95 / 100);
      assertWindowFits(producer);
    }
  }

  private static void assertWindowFits(SteppedProducer producer) {
    assertThat(producer.worker.partition.committed().metadata())
        .hasSizeLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
  }

  /** The neighbour is answered at once. */
  private static SteppedProducer beside(int lanes, int rate, LongFunction<Duration> answerTime) {
    SteppedProducer producer = new SteppedProducer(4_000);
    for (int i = 0; i < lanes; i++) {
      producer.add(SLOW + i, rate, answerTime);
    }
    producer.add(NEIGHBOUR, RATE);
    producer.run(1);
    return producer;
  }
}
