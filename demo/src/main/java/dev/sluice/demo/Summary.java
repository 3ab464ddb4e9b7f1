package dev.sluice.demo;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a demo; printed as JSON in the last line of standard output.
 *
 * @param recipients recipients in the campaign
 * @param sent messages that were sent, including those delivered or read by the end
 * @param delivered messages that were delivered, including those read
 * @param duplicates messages that the provider accepted beyond each recipient's first
 * @param startedAt when the start command was given
 * @param seconds from {@code startedAt} to the provider's last acceptance
 * @param messagesPerSecond accepted messages over {@code seconds}
 * @param maxInOneSecond the most in any sliding second at the provider
 * @param sqlStatements executed by the pipeline from start to completion
 */
record Summary(
    long recipients,
    long sent,
    long delivered,
    long read,
    long failed,
    long unconfirmed,
    long suppressed,
    long duplicates,
    @Nullable Instant startedAt,
    double seconds,
    double messagesPerSecond,
    int maxInOneSecond,
    long sqlStatements) {

  /** Returns the figures as text for people. */
  String text() {
    return String.format(
        Locale.ROOT,
        """
          recipients   %,d
          sent         %,d   (delivered %,d, read %,d)
          failed       %,d
          unconfirmed  %,d
          suppressed   %,d
          duplicates   %,d
          rate         %.1f messages/s, at most %,d in any one second
          SQL          %,d statements by the pipeline
          time         %.2f s from start to the last acceptance
        """,
        recipients,
        sent,
        delivered,
        read,
        failed,
        unconfirmed,
        suppressed,
        duplicates,
        messagesPerSecond,
        maxInOneSecond,
        sqlStatements,
        seconds);
  }
}
