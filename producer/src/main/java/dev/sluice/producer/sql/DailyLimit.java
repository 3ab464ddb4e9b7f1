package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.SENDER;
import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.val;

import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/**
 * How many different people a sender may write to within any 24 hours. Meta reports no error when
 * its messaging limit is exceeded, so it has to be counted here. A person counts from when the
 * request is written, which may be an hour before Meta counts it, and therefore for that much
 * longer than a day ({@link SendRequest#COUNTS_FOR}). Each message extends the time: a person
 * written to at noon and at eleven the next morning counts until noon of the third day.
 */
public final class DailyLimit {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /**
   * {@code asked}: the people in order, each with whether they already count. {@code admitted}:
   * those before the first that exceeds the limit. All of these count from now on.
   */
  private static final String ADMIT =
      """
      WITH asked AS (
        SELECT person.phone, person.place, known.phone IS NULL AS fresh
        FROM unnest({1}) WITH ORDINALITY AS person (phone, place)
        LEFT JOIN sluice.sender_recipient AS known
          ON known.sender_id = {0} AND known.phone = person.phone AND known.counted_at > {3}
      ), admitted AS (
        SELECT phone, place
        FROM (SELECT phone, place, count(*) FILTER (WHERE fresh) OVER (ORDER BY place) AS needed
              FROM asked) AS counted
        WHERE needed <= greatest(0, {4} - (SELECT count(*) FROM sluice.sender_recipient
                                           WHERE sender_id = {0} AND counted_at > {3}))
      ), counted AS (
        INSERT INTO sluice.sender_recipient AS known (sender_id, phone, counted_at)
        SELECT DISTINCT {0}, phone, {2} FROM admitted ORDER BY phone
        ON CONFLICT (sender_id, phone)
        DO UPDATE SET counted_at = greatest(known.counted_at, excluded.counted_at)
      )
      SELECT count(*) FROM admitted
      """;

  private final DSLContext sql;
  private final InstantSource clock;
  private final InstantSource steady;
  private final Map<String, Instant> usedUp = new ConcurrentHashMap<>();

  /** Until when campaigns leave the locks on their senders' counts to other campaigns. */
  private final Map<UUID, Instant> resting = new ConcurrentHashMap<>();

  public DailyLimit(DSLContext sql, InstantSource clock, InstantSource steady) {
    this.sql = sql;
    this.clock = clock;
    this.steady = steady;
  }

  /** Returns whether it was used up so recently that asking again is too soon. */
  public boolean recentlyUsedUp(String senderId) {
    Instant at = usedUp.get(senderId);
    return at != null && steady.instant().isBefore(at.plus(LOOK_AGAIN));
  }

  /**
   * Returns whether a campaign should leave the lock on its sender's count to the sender's other
   * campaigns, if there are any, for as long as it has held it. Otherwise a campaign whose
   * recipients take seconds to count would hold the lock nearly all the time.
   */
  public boolean rests(UUID campaignId) {
    Instant until = resting.get(campaignId);
    return until != null && steady.instant().isBefore(until);
  }

  /**
   * Counts people of a campaign, in order, up to the first uncounted one that exceeds the limit.
   *
   * @return how many of them, from the first, may be written to now
   */
  public int admit(UUID campaignId, String senderId, int dailyLimit, List<String> phones) {
    if (phones.isEmpty()) {
      return 0;
    }
    Instant now = clock.instant();
    return sql.transactionResult(transaction -> {
      DSLContext inside = transaction.dsl();
      // A sender's campaigns ask one after another, or two could take the same place. Not locked by
      // its row, which would require the right to change it.
      inside.execute("SELECT pg_advisory_xact_lock(hashtextextended('sluice ' || ?, 0))", senderId);
      Instant held = steady.instant();
      try {
        return inside
            .resultQuery(
                ADMIT,
                val(senderId),
                val(phones.toArray(String[]::new)),
                val(now, SQLDataType.INSTANT),
                val(now.minus(SendRequest.COUNTS_FOR), SQLDataType.INSTANT),
                val(dailyLimit))
            .fetchSingle(0, Integer.class);
      } finally {
        rest(campaignId, held);
      }
    });
  }

  private void rest(UUID campaignId, Instant since) {
    Instant now = steady.instant();
    resting.values().removeIf(now::isAfter);
    resting.put(campaignId, now.plus(Duration.between(since, now)));
  }

  /** Returns the share of its limit that each sender with a limit has used by now. */
  public Map<String, Double> shares() {
    Field<Integer> used =
        field(
            selectCount()
                .from(SENDER_RECIPIENT)
                .where(SENDER_RECIPIENT.SENDER_ID.eq(SENDER.ID))
                .and(
                    SENDER_RECIPIENT.COUNTED_AT.gt(clock.instant().minus(SendRequest.COUNTS_FOR))));
    return sql.select(SENDER.ID, SENDER.DAILY_LIMIT, used)
        .from(SENDER)
        .where(SENDER.DAILY_LIMIT.isNotNull())
        .fetchMap(row -> row.value1(), row -> (double) row.value3() / Math.max(1, row.value2()));
  }

  /** Records that the limit is used up. */
  public void usedUp(String senderId) {
    usedUp.put(senderId, steady.instant());
  }
}
