package dev.sluice.benchmark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.benchmark.simulation.Schedule.Fault;
import dev.sluice.benchmark.simulation.Schedule.Kind;
import dev.sluice.local.TestLoggers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private static final Logger LOG = (Logger) TestLoggers.named("dev.sluice");
  private static final Level BEFORE = LOG.getLevel();
  private static final long SCHEDULES = 1_000;

  /** Silences the services' reports of simulated faults. */
  @BeforeAll
  static void silence() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    LOG.setLevel(BEFORE);
  }

  @Test
  void everyInvariantHoldsInTheSameSchedulesEachTime() {
    requireEveryInvariant(0);
  }

  /** A failure prints its seed. */
  @Test
  void everyInvariantHoldsInOtherSchedulesEachTime() {
    requireEveryInvariant(System.currentTimeMillis() * SCHEDULES);
  }

  private static void requireEveryInvariant(long firstSeed) {
    Simulations simulations = new Simulations();

    assertThat(simulations.run(firstSeed, SCHEDULES)).isEmpty();

    assertThat(simulations.runs()).isEqualTo(SCHEDULES);
    assertThat(simulations.launched()).isGreaterThan(SCHEDULES);
  }

  /**
   * A regression: lost calls made a transaction slow, and what it declared was launched 1.5 s after
   * a pause.
   */
  @Test
  void aPauseHoldsForWhatWasBeingDeclared() {
    assertThat(run(Kind.LOSE, 126)).isEmpty();
  }

  /** The same while it had to be asked whether the transaction had committed. */
  @Test
  void aPauseHoldsForWhatIsFoundToBeDeclared() {
    assertThat(run(Kind.UNKNOWN, 39)).isEmpty();
  }

  /**
   * A regression: requests whose lane was closed meanwhile were written into another one, whose
   * room the rest of their page needed.
   */
  @Test
  void requestsOfAClosedLaneDoNotFillAnotherBeyondItsBacklog() {
    assertThat(
            new Simulations()
                .run(
                    new Schedule(
                        1_796_081_407_010_155L,
                        1,
                        3,
                        Schedule.RECIPIENTS,
                        List.of(
                            new Fault(Kind.KILL_PRODUCER, 2_139_307_719L, 11_197_000_000L, 865),
                            new Fault(Kind.KILL_AGGREGATOR, 5_930_009_773L, 140_000_000L, 361)))))
        .isEmpty();
  }

  private static Optional<String> run(Kind delay, long seed) {
    return new Simulations()
        .run(
            new Schedule(
                seed,
                1,
                1,
                Schedule.RECIPIENTS,
                List.of(
                    new Fault(delay, 1_500_000_000L, 4_000_000_000L, 60),
                    new Fault(Kind.PAUSE, 2_500_000_000L, 10_000_000_000L, 284))));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSeedMeansTheSameRunEachTime(long seed) {
    assertThat(events(seed)).isEqualTo(events(seed));
  }

  private static List<String> events(long seed) {
    List<String> events = new ArrayList<>();
    Simulations.simulate(Schedule.of(seed), events::add);
    return events;
  }
}
