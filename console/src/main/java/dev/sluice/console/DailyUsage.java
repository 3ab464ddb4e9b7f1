package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;

import java.time.Duration;
import java.time.Instant;
import org.jooq.DSLContext;

/** How many different people a sender with a daily limit has written to. */
final class DailyUsage {
  private static final Duration DAY = Duration.ofHours(24);

  private final DSLContext sql;

  DailyUsage(DSLContext sql) {
    this.sql = sql;
  }

  /** Within the last 24 hours. */
  int inADay(String senderId) {
    return sql.fetchCount(
        SENDER_RECIPIENT,
        SENDER_RECIPIENT
            .SENDER_ID
            .eq(senderId)
            .and(SENDER_RECIPIENT.COUNTED_AT.gt(Instant.now().minus(DAY))));
  }
}
