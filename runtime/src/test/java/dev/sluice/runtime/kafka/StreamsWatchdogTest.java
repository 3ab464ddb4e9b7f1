package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamsWatchdogTest {
  private static final Record<String, String> RECORD = new Record<>("key", "value", 0);

  private final SettableTicker ticker = new SettableTicker();
  private final Health health = new Health();
  private final StreamsWatchdog watchdog = new StreamsWatchdog(ticker, health);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final MockProcessorContext<String, String> context =
      new MockProcessorContext<>(new Properties(), new TaskId(0, 7), Path.of("unused").toFile());
  private final Processor<String, String, String, String> hanging =
      watchdog.<String, String, String, String>over(() -> this::hang).get();
  private final Thread thread = new Thread(() -> hanging.process(RECORD), "group-StreamThread-1");

  @BeforeEach
  void begin() throws InterruptedException {
    hanging.init(context);
    watchdog.running(true);
    thread.start();
    begun.await();
  }

  @AfterEach
  void end() throws InterruptedException {
    released.countDown();
    thread.join();
  }

  private void hang(Record<String, String> record) {
    begun.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aThreadWithoutASignIsNamedUntilItGoesOn() {
    assertThat(healthAfter(10)).isNull();
    assertThat(healthAfter(2))
        .isEqualTo(
            "group-StreamThread-1 has hung for 12 s at "
                + getClass().getName()
                + ".hang, with partitions 7");
    assertThat(watchdog.longestSilenceSeconds()).isEqualTo(12);

    punctuate();
    assertThat(healthAfter(0)).isNull();
  }

  /** One task of a thread may wait its turn while records of another are processed. */
  @Test
  void aThreadGoesOnWhileAnyOfItsTasksDoes() {
    ticker.seconds += 8;
    var other =
        new MockProcessorContext<String, String>(
            new Properties(), new TaskId(0, 8), Path.of("unused").toFile());
    Processor<String, String, String, String> next =
        watchdog.<String, String, String, String>over(() -> record -> {}).get();
    next.init(other);
    next.process(RECORD);
    punctuate();

    ticker.seconds += 8;
    next.process(RECORD);
    assertThat(healthAfter(8)).isNull();
    assertThat(healthAfter(3)).contains("partitions 7, 8");
  }

  @Test
  void nothingIsExpectedWhileTheApplicationDoesNotRun() {
    watchdog.running(false);
    assertThat(healthAfter(60)).isNull();
    assertThat(watchdog.longestSilenceSeconds()).isNaN();

    watchdog.running(true);
    assertThat(healthAfter(10)).as("the time since it runs").isNull();
    assertThat(healthAfter(1)).isNotNull();
  }

  @Test
  void aThreadThatHangsStaysNamedWhileTheOthersRebalance() {
    assertThat(healthAfter(12)).contains("hung for 12 s");
    watchdog.running(false);
    assertThat(healthAfter(1)).contains("hung for 13 s");
    watchdog.running(true);
    assertThat(healthAfter(1)).contains("hung for 14 s");

    punctuate();
    assertThat(healthAfter(0)).isNull();
    watchdog.running(false);
    assertThat(healthAfter(60)).as("it has gone on meanwhile").isNull();
  }

  @Test
  void aThreadThatSaysWhetherItRunsDoesNotHang() {
    punctuate();
    assertThat(healthAfter(12)).contains("hung for 12 s");

    watchdog.running(false);
    assertThat(healthAfter(1)).isNull();
  }

  @Test
  void nothingIsExpectedOfATaskThatIsClosed() {
    hanging.close();

    assertThat(healthAfter(60)).isNull();
  }

  @Test
  void nothingIsExpectedOfAThreadThatHasEnded() throws InterruptedException {
    end();

    assertThat(healthAfter(60)).isNull();
  }

  private @Nullable String healthAfter(int seconds) {
    ticker.seconds += seconds;
    watchdog.review();
    return health.problems().get("stream threads");
  }

  private void punctuate() {
    context.scheduledPunctuators().stream()
        .map(CapturedPunctuator::getPunctuator)
        .forEach(punctuator -> punctuator.punctuate(0));
  }

  private static final class SettableTicker implements Ticker {
    private int seconds;

    @Override
    public long nanoTime() {
      // Overflows within the test.
      return Long.MAX_VALUE - 1_000 + Duration.ofSeconds(seconds).toNanos();
    }

    @Override
    public Instant now() {
      throw new UnsupportedOperationException();
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
