package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.breaker.CircuitBreaker.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Runs a breaker against providers of any speed, at any rate. */
class CircuitBreakerSimulationTest {
  /** Responses take any time up to the given one, and one in twenty never comes. */
  @Property(tries = 200)
  void neverOpensForAProviderThatAnswers(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 1, max = 200) double rate,
      @ForAll @IntRange(min = 1, max = 2_500) int slowestMillis) {
    Simulation run = new Simulation(new Random(seed), rate, slowestMillis);
    run.run(60_000, Integer.MAX_VALUE, number -> true);

    assertThat(run.opened).isZero();
  }

  /** From a moment on nothing is answered; the sender is resumed ever more rarely. */
  @Property(tries = 200)
  void aProviderThatFallsSilentPutsSixSecondsOfTheRateInDoubtAtMost(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 1, max = 500) double rate,
      @ForAll @IntRange(min = 1, max = 500) int slowestMillis) {
    Simulation run = new Simulation(new Random(seed), rate, slowestMillis);
    run.run(80_000, 20_000, number -> false);

    assertThat(run.opened).isPositive();
    assertThat(run.inDoubt).isLessThan((int) (6 * rate) + 20);
  }

  /** Each needs a connection, with a handshake where TLS is spoken. */
  @Property(tries = 200)
  void aFastProviderThatFallsSilentTakesHalfASecondOfTheRateUntilThatIsCertain(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 500, max = 2_000) double rate,
      @ForAll @IntRange(min = 1, max = 50) int slowestMillis) {
    Simulation run = new Simulation(new Random(seed), rate, slowestMillis);
    run.run(23_000, 20_000, number -> false);

    assertThat(run.inDoubt).isLessThan((int) (0.5 * rate) + 20);
  }

  /** From a moment on one of ten is answered; the others hang. */
  @Property(tries = 200)
  void aProviderThatAnswersFewPutsSixSecondsOfTheRateInDoubtAndAFewMore(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 20, max = 500) double rate,
      @ForAll @IntRange(min = 1, max = 500) int slowestMillis) {
    Simulation run = new Simulation(new Random(seed), rate, slowestMillis);
    run.run(80_000, 20_000, number -> number % 10 == 0);

    assertThat(run.opened).isPositive();
    assertThat(run.inDoubt).isLessThan((int) (6 * rate) + 80);
  }

  /** A sender, its provider and the clock, in steps of 5 ms. */
  private static final class Simulation {
    private final Random random;
    private final double rate;
    private final int slowestMillis;
    private final CircuitBreaker breaker = new CircuitBreaker();
    private final List<Answer> answers = new ArrayList<>();
    private long now = millis(1_000_000);
    private int launched;
    private int opened;
    private int inDoubt;

    private record Answer(Ticket ticket, long atNanos) {}

    Simulation(Random random, double rate, int slowestMillis) {
      this.random = random;
      this.rate = rate;
      this.slowestMillis = slowestMillis;
    }

    /**
     * Before the trouble one response in twenty never comes; after it, those for which {@code
     * answered} is false.
     */
    void run(int lastsMillis, int troubleAfterMillis, IntPredicate answered) {
      double due = 0;
      long blockedUntil = 0;
      for (int at = 0; at < lastsMillis; at += 5) {
        now += millis(5);
        breaker.watch(now);
        answers.removeIf(answer -> {
          boolean came = answer.atNanos() <= now;
          if (came) {
            breaker.ended(answer.ticket(), Sign.ANSWER, "why", now);
          }
          return came;
        });
        if (breaker.state() == State.OPEN) {
          opened++;
          blockedUntil = now + millis(Math.min(15_000, 500 << Math.min(opened, 10)));
        }
        breaker.controlled(blockedUntil > now, now);
        due = Math.min(due + rate * 0.005, 1 + rate * 0.01);
        while (due >= 1 && blockedUntil <= now && breaker.room(now) > 0) {
          due--;
          Ticket send = breaker.admit(now);
          assertThat(breaker.tryLaunch(send, now)).isTrue();
          boolean trouble = at >= troubleAfterMillis;
          int number = launched++;
          if (trouble ? answered.test(number) : number % 20 != 10) {
            answers.add(new Answer(send, now + millis(1 + random.nextInt(slowestMillis))));
          } else if (trouble) {
            inDoubt++;
          }
        }
      }
    }
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
