package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;

import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * How many different people count towards the senders' daily limits. There may be very many, so
 * they are counted only as far as that is quick.
 */
public final class DailyUsage {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final DSLContext sql;

  public DailyUsage(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Returns the counts by sender id, in which senders that wrote to nobody are missing; empty if
   * the counting takes too long.
   */
  public Optional<Map<String, Integer>> counted(Collection<String> senders) {
    return senders.isEmpty()
        ? Optional.of(Map.of())
        : Briefly.read(sql, PATIENCE, Set.of(), inside -> count(inside, senders));
  }

  private static Map<String, Integer> count(DSLContext inside, Collection<String> senders) {
    return inside
        .select(SENDER_RECIPIENT.SENDER_ID, DSL.count())
        .from(SENDER_RECIPIENT)
        .where(SENDER_RECIPIENT.SENDER_ID.in(senders))
        .and(SENDER_RECIPIENT.COUNTED_AT.gt(Instant.now().minus(SendRequest.COUNTS_FOR)))
        .groupBy(SENDER_RECIPIENT.SENDER_ID)
        .fetchMap(SENDER_RECIPIENT.SENDER_ID, DSL.count());
  }
}
