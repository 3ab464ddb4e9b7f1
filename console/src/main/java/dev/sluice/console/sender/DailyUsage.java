package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;
import static org.jooq.impl.DSL.count;

import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jooq.DSLContext;

/** How many different people count towards the senders' daily limits. */
public final class DailyUsage {
  private final DSLContext sql;

  public DailyUsage(DSLContext sql) {
    this.sql = sql;
  }

  /** Returns the counts by sender id; senders that wrote to nobody are missing. */
  public Map<String, Integer> counted(Collection<String> senders) {
    return senders.isEmpty()
        ? Map.of()
        : sql.select(SENDER_RECIPIENT.SENDER_ID, count())
            .from(SENDER_RECIPIENT)
            .where(SENDER_RECIPIENT.SENDER_ID.in(senders))
            .and(SENDER_RECIPIENT.COUNTED_AT.gt(Instant.now().minus(SendRequest.COUNTS_FOR)))
            .groupBy(SENDER_RECIPIENT.SENDER_ID)
            .fetchMap(SENDER_RECIPIENT.SENDER_ID, count());
  }
}
