package dev.sluice.runtime.kafka;

import java.time.InstantSource;
import org.apache.kafka.common.utils.Time;

/**
 * The time by which Kafka Streams punctuates and commits. By the machine's clock it would do
 * neither for an hour after that clock is set back by an hour.
 *
 * @param clock never goes back
 */
record SteadyTime(InstantSource clock) implements Time {
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
