package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;
import static org.jooq.impl.DSL.count;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jooq.DSLContext;

/** How many different people senders with a daily limit have written to. */
final class DailyUsage {
  private static final Duration DAY = Duration.ofHours(24);

  private final DSLContext sql;

  DailyUsage(DSLContext sql) {
    this.sql = sql;
  }

  /** Within the last 24 hours, by the senders' ids; who wrote to nobody is missing. */
  Map<String, Integer> inADay(Collection<String> senders) {
    return senders.isEmpty()
        ? Map.of()
        : sql.select(SENDER_RECIPIENT.SENDER_ID, count())
            .from(SENDER_RECIPIENT)
            .where(SENDER_RECIPIENT.SENDER_ID.in(senders))
            .and(SENDER_RECIPIENT.COUNTED_AT.gt(Instant.now().minus(DAY)))
            .groupBy(SENDER_RECIPIENT.SENDER_ID)
            .fetchMap(SENDER_RECIPIENT.SENDER_ID, count());
  }
}
