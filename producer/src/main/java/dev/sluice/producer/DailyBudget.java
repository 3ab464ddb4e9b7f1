package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;
import static org.jooq.impl.DSL.val;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.impl.SQLDataType;

/**
 * How many more different people a sender may write to within any 24 hours. Meta answers with no
 * error to those who exceed its messaging limit, so it has to be counted here; people count when
 * they are handed to the workers, which is before Meta counts them.
 */
final class DailyBudget {
  /** The time within which different people are counted. */
  static final Duration DAY = Duration.ofHours(24);

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  private final DSLContext sql;
  private final InstantSource clock;
  private final Map<String, Instant> usedUp = new HashMap<>();

  DailyBudget(DSLContext sql, InstantSource clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Whether it was used up a moment ago, so that asking again is too soon. */
  boolean recentlyUsedUp(String senderId) {
    Instant at = usedUp.get(senderId);
    return at != null && clock.instant().isBefore(at.plus(LOOK_AGAIN));
  }

  /** How many are left now. */
  long left(CampaignRows.Sender sender, int dailyLimit) {
    int used =
        sql.fetchCount(
            SENDER_RECIPIENT,
            SENDER_RECIPIENT
                .SENDER_ID
                .eq(sender.identity().id())
                .and(SENDER_RECIPIENT.COUNTED_AT.gt(clock.instant().minus(DAY))));
    return Math.max(0, dailyLimit - used);
  }

  /** Somebody had to be left for later. */
  void usedUp(String senderId) {
    usedUp.put(senderId, clock.instant());
  }

  /** Counts people; who was counted within the day stays as counted. */
  void count(String senderId, Collection<String> phones) {
    if (phones.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    sql.execute(
        """
        INSERT INTO sluice.sender_recipient AS known (sender_id, phone, counted_at)
        SELECT {0}, phone, {1} FROM unnest({2}) AS counted (phone) ORDER BY phone
        ON CONFLICT (sender_id, phone) DO UPDATE SET counted_at = excluded.counted_at
        WHERE known.counted_at <= {3}
        """,
        val(senderId),
        val(now, SQLDataType.INSTANT),
        val(phones.toArray(String[]::new)),
        val(now.minus(DAY), SQLDataType.INSTANT));
  }
}
