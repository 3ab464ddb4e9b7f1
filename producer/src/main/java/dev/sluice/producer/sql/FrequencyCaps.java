package dev.sluice.producer.sql;

import static org.jooq.impl.DSL.val;

import dev.sluice.schema.FrequencyCap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * How many messages a person gets within some days, from a sender and from all. A message counts
 * from when its request is written, which may be an hour before it is sent, and therefore for that
 * much longer; it does not count once it has failed, or if its campaign was cancelled before.
 */
public final class FrequencyCaps {
  private static final Duration KEPT = Duration.ofDays(FrequencyCap.MOST_DAYS + 1);

  /** For how long a message that is asked about again needs no new time. */
  private static final Duration RECENT = Duration.ofMinutes(1);

  /**
   * {@code asked}: the people, each with whether this message was counted just now: while it waits
   * for the daily limit, it is asked about again and again. {@code admitted}: those others who may
   * get it; it counts from now on, instead of an older round of it. Rows are locked in the order of
   * the numbers, so that two campaigns cannot deadlock; who waited for a row sees what the other
   * has written into it. Finally the people who are in neither. OFFSET 0 keeps the planner from
   * reading whole tables.
   */
  private static final String CAPPED =
      """
      WITH asked AS (
        SELECT person.phone, person.recipient, person.round, EXISTS (
            SELECT FROM sluice.contact AS known
            WHERE known.phone = person.phone
              AND (known.messages -> person.recipient ->> 'round')::integer = person.round
              AND (known.messages -> person.recipient ->> 'at')::timestamptz > {3}
            OFFSET 0) AS counted
        FROM unnest({0}, {1}, {2}) AS person (phone, recipient, round)
      ), admitted AS (
        INSERT INTO sluice.contact AS known (phone, messages)
        SELECT phone, jsonb_build_object(
            recipient, jsonb_build_object('sender', {4}::text, 'round', round, 'at', {5}))
        FROM asked
        WHERE NOT counted
        ORDER BY phone
        ON CONFLICT (phone) DO UPDATE
        SET messages = excluded.messages || coalesce((
            SELECT jsonb_object_agg(key, value) FROM jsonb_each(known.messages)
            WHERE (value ->> 'at')::timestamptz > {6} AND excluded.messages -> key IS NULL), '{}')
        WHERE (
          SELECT ({7} IS NULL OR count(*) FILTER (
                WHERE other.value ->> 'sender' = {4}
                  AND (other.value ->> 'at')::timestamptz > {8}) < {7})
            AND ({9} IS NULL OR count(*) FILTER (
                WHERE (other.value ->> 'at')::timestamptz > {10}) < {9})
          FROM jsonb_each(known.messages) AS other
          WHERE excluded.messages -> other.key IS NULL
            AND (other.value ->> 'at')::timestamptz > least({8}, {10})
            AND NOT EXISTS (
              SELECT FROM sluice.campaign_recipient AS recipient
              JOIN sluice.campaign ON campaign.id = recipient.campaign_id
              WHERE recipient.id = other.key::bigint
                AND recipient.round >= (other.value ->> 'round')::integer
                AND (recipient.status IN ('FAILED', 'SUPPRESSED')
                  OR (recipient.status = 'PENDING' AND campaign.status = 'CANCELLED'))
              OFFSET 0))
        RETURNING phone
      )
      SELECT recipient::bigint FROM asked
      WHERE NOT counted AND phone NOT IN (SELECT phone FROM admitted)
      """;

  private final DSLContext sql;
  private final InstantSource clock;
  private final @Nullable FrequencyCap overAll;

  /**
   * Creates the caps.
   *
   * @param overAll the cap of all senders together, or null for none
   */
  public FrequencyCaps(DSLContext sql, InstantSource clock, @Nullable FrequencyCap overAll) {
    this.sql = sql;
    this.clock = clock;
    this.overAll = overAll;
  }

  /**
   * Counts a message to each of these people.
   *
   * @return the ids of those who have had as many as a cap allows; theirs does not count
   */
  public Set<Long> capped(
      CampaignRepository.Campaign campaign,
      CampaignRepository.Sender sender,
      Collection<RecipientPages.Recipient> people) {
    FrequencyCap own = sender.cap();
    if (people.isEmpty() || (own == null && overAll == null)) {
      return Set.of();
    }
    return campaign.ignoresCap()
        ? ask(sender.identity().id(), null, null, people)
        : ask(sender.identity().id(), own, overAll, people);
  }

  private Set<Long> ask(
      String senderId,
      @Nullable FrequencyCap own,
      @Nullable FrequencyCap all,
      Collection<RecipientPages.Recipient> people) {
    return query(senderId, own, all, people).fetchSet(0, Long.class);
  }

  /** Returns the statement, for tests of its plan. */
  public ResultQuery<Record> query(
      String senderId,
      @Nullable FrequencyCap own,
      @Nullable FrequencyCap all,
      Collection<RecipientPages.Recipient> people) {
    Instant now = clock.instant();
    return sql.resultQuery(
        CAPPED,
        val(
            people.stream().map(RecipientPages.Recipient::phone).toArray(String[]::new),
            SQLDataType.CLOB.array()),
        val(
            people.stream().map(one -> String.valueOf(one.id())).toArray(String[]::new),
            SQLDataType.CLOB.array()),
        val(
            people.stream().map(RecipientPages.Recipient::round).toArray(Integer[]::new),
            SQLDataType.INTEGER.array()),
        time(now.minus(RECENT)),
        val(senderId),
        time(now),
        time(now.minus(KEPT)),
        most(own),
        time(since(own, now)),
        most(all),
        time(since(all, now)));
  }

  private static Field<Integer> most(@Nullable FrequencyCap cap) {
    return val(cap == null ? null : cap.messages(), SQLDataType.INTEGER);
  }

  private static Instant since(@Nullable FrequencyCap cap, Instant now) {
    return cap == null ? now : cap.since(now);
  }

  private static Field<Instant> time(Instant time) {
    return val(time, SQLDataType.INSTANT);
  }

  /** Returns the caps of a sender in words. */
  public String words(CampaignRepository.Sender sender) {
    FrequencyCap own = sender.cap();
    return Stream.of(
            own == null ? null : own + " from this sender",
            overAll == null ? null : overAll + " from all senders")
        .filter(Objects::nonNull)
        .collect(Collectors.joining(", ", "at most ", ""));
  }

  /** Runs the statement for nobody. */
  void rehearse() {
    ask("nobody", null, null, Set.of());
  }
}
