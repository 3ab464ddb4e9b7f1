package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SteadyTimeTest {
  @Test
  void aMachineWhoseClockIsSetStopsNothingAndHurriesNothing() {
    SettableTicker machine = new SettableTicker();
    SteadyTime time = new SteadyTime(machine);
    long begun = time.milliseconds();
    assertThat(begun).isEqualTo(machine.now.toEpochMilli());

    machine.now = machine.now.minus(Duration.ofHours(1));
    machine.nanos += Duration.ofMillis(20).toNanos();
    assertThat(time.milliseconds()).isEqualTo(begun + 20);

    machine.now = machine.now.plus(Duration.ofDays(1));
    machine.nanos += Duration.ofMillis(20).toNanos();
    assertThat(time.milliseconds()).isEqualTo(begun + 40);
  }

  /** With the old time its records would be refused again, if the clock was far ahead before. */
  @Test
  void aThreadThatIsReplacedTakesTheMachinesTime() {
    SettableTicker machine = new SettableTicker();
    SteadyTime time = new SteadyTime(machine);

    machine.now = machine.now.minus(Duration.ofHours(2));
    time.restart();

    assertThat(time.milliseconds()).isEqualTo(machine.now.toEpochMilli());
  }

  private static final class SettableTicker implements Ticker {
    private Instant now = Instant.parse("2027-03-10T12:00:00Z");

    /** Overflows within the test. */
    private long nanos = Long.MAX_VALUE - 1_000_000;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public void sleep(Duration time) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      throw new UnsupportedOperationException();
    }
  }
}
