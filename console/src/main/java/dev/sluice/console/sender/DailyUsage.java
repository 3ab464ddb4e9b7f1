package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;

import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * How many different people count towards the senders' daily limits. There may be very many, so
 * they are counted only as far as that is quick, and where it is not, once in a few seconds for all
 * readers.
 */
public final class DailyUsage {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final KeptUsage kept = new KeptUsage(System::nanoTime);

  /** Counts, in which senders that wrote to nobody are missing. */
  private record Counted(Map<String, Integer> counts, Duration took) {}

  /**
   * Returns the counts by sender id. Where counting takes too long, it is the last one of the past
   * minutes; if there is none, the sender is missing.
   */
  public Map<String, Integer> of(DSLContext sql, Collection<String> senders) {
    List<String> due = kept.due(senders);
    if (!due.isEmpty()) {
      Briefly.read(sql, PATIENCE, Set.of(), inside -> count(inside, due))
          .ifPresentOrElse(
              made -> kept.counted(due, made.counts(), made.took()), () -> kept.gaveUp(due));
    }
    return kept.told(senders);
  }

  private static Counted count(DSLContext inside, Collection<String> senders) {
    long begun = System.nanoTime();
    Map<String, Integer> counts =
        inside
            .select(SENDER_RECIPIENT.SENDER_ID, DSL.count())
            .from(SENDER_RECIPIENT)
            .where(SENDER_RECIPIENT.SENDER_ID.in(senders))
            .and(SENDER_RECIPIENT.COUNTED_AT.gt(Instant.now().minus(SendRequest.COUNTS_FOR)))
            .groupBy(SENDER_RECIPIENT.SENDER_ID)
            .fetchMap(SENDER_RECIPIENT.SENDER_ID, DSL.count());
    return new Counted(counts, Duration.ofNanos(System.nanoTime() - begun));
  }
}
