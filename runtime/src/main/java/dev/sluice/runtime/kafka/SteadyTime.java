package dev.sluice.runtime.kafka;

import dev.sluice.runtime.SteadyClock;
import dev.sluice.runtime.Ticker;
import org.apache.kafka.common.utils.Time;

/**
 * The time by which Kafka Streams punctuates and commits. By the machine's clock it would do
 * neither for an hour after that clock is set back by an hour.
 */
final class SteadyTime implements Time {
  private final Ticker ticker;
  private volatile SteadyClock clock;

  SteadyTime(Ticker ticker) {
    this.ticker = ticker;
    clock = new SteadyClock(ticker);
  }

  /**
   * Takes the machine's time again. Records written in punctuations carry this time, and a broker
   * refuses those that are an hour ahead of its own, as after a clock that was ahead is set right.
   */
  void restart() {
    clock = new SteadyClock(ticker);
  }

  @Override
  public long milliseconds() {
    return clock.millis();
  }

  @Override
  public long nanoseconds() {
    return Time.SYSTEM.nanoseconds();
  }

  @Override
  public void sleep(long millis) {
    Time.SYSTEM.sleep(millis);
  }
}
