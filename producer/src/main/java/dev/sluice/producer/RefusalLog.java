package dev.sluice.producer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs refused records, of which a faulty program may write thousands a second. What is left out
 * here is on the topic of dead letters all the same.
 */
final class RefusalLog {
  private static final Logger log = LoggerFactory.getLogger(FanOutProcessor.class);

  /** The most lines in a period. */
  static final int MOST = 10;

  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final InstantSource steady;
  private Instant ends = Instant.MIN;
  private int lines;
  private long leftOut;

  /**
   * Creates a log without lines.
   *
   * @param steady a clock that does not jump
   */
  RefusalLog(InstantSource steady) {
    this.steady = steady;
  }

  void refused(RecordMetadata place, String reason) {
    Instant now = steady.instant();
    if (!now.isBefore(ends)) {
      if (leftOut > 0) {
        log.warn("{} more records were refused, see the topic of dead letters", leftOut);
      }
      ends = now.plus(PERIOD);
      lines = 0;
      leftOut = 0;
    }
    if (lines < MOST) {
      lines++;
      log.warn("{}-{}@{} refused: {}", place.topic(), place.partition(), place.offset(), reason);
    } else {
      leftOut++;
    }
  }
}
