package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.sql.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.Select;
import org.jspecify.annotations.Nullable;

/**
 * How many recipients of a campaign got a message of its sender in another campaign within the day
 * before: most likely, somebody has taken the file of yesterday again.
 *
 * @param recipients how many
 * @param campaign the one that sent to most of them, or null if there are none
 * @param partial whether there may be more: not all recipients were looked at, or not all campaigns
 */
public record Repeated(long recipients, @Nullable Earlier campaign, boolean partial) {
  private static final Duration DAY = Duration.ofHours(24);

  /** Campaigns that are looked at, the newest ones; each recipient is looked up in all of them. */
  private static final int MOST = 50;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Each recipient is found by the index of the other campaign's numbers, or not at all. */
  private static final Set<String> LOOKED_UP =
      Set.of("enable_hashjoin", "enable_mergejoin", "enable_sort");

  /** Somebody who is in several campaigns counts once, for the newest. */
  private static final String COUNT =
      """
      SELECT earlier.campaign_id, count(*)
      FROM ({0}) AS person (phone)
      CROSS JOIN LATERAL (
        SELECT recipient.campaign_id
        FROM unnest({1}) AS recent (id)
        JOIN sluice.campaign_recipient AS recipient
          ON recipient.campaign_id = recent.id AND recipient.phone = person.phone
        WHERE recipient.status IN ('SENT', 'DELIVERED', 'READ') AND recipient.sent_at > {2}
        LIMIT 1) AS earlier
      GROUP BY earlier.campaign_id
      """;

  /** Another campaign of the sender. */
  public record Earlier(UUID id, String name) {}

  /**
   * Returns how many of a campaign's recipients this sender wrote to within the day before it
   * starts; empty if that cannot be read in time.
   */
  static Optional<Repeated> of(
      DSLContext sql, UUID campaignId, String sender, Instant start, Deadline deadline) {
    return of(sql, campaignId, sender, start, PATIENCE, PATIENCE, deadline);
  }

  static Optional<Repeated> of(
      DSLContext sql,
      UUID campaignId,
      String sender,
      Instant start,
      Duration withAll,
      Duration withFirst,
      Deadline deadline) {
    Instant since = start.minus(DAY);
    return deadline
        .read(sql, PATIENCE, Set.of(), inside -> recent(inside, campaignId, sender, since))
        .flatMap(recent ->
            recent.isEmpty()
                ? Optional.of(new Repeated(0, null, false))
                : count(sql, Audience.pending(campaignId).all(), recent, since, withAll, deadline)
                    .or(() ->
                        count(
                                sql,
                                Audience.pending(campaignId).first(),
                                recent,
                                since,
                                withFirst,
                                deadline)
                            .map(Repeated::ofFirst)));
  }

  private static Map<UUID, String> recent(
      DSLContext sql, UUID campaignId, String sender, Instant since) {
    return sql.select(CAMPAIGN.ID, CAMPAIGN.NAME)
        .from(CAMPAIGN)
        .where(CAMPAIGN.SENDER_ID.eq(sender))
        .and(CAMPAIGN.STARTED_AT.isNotNull())
        .and(CAMPAIGN.COMPLETED_AT.isNull().or(CAMPAIGN.COMPLETED_AT.gt(since)))
        .and(CAMPAIGN.ID.ne(campaignId))
        .orderBy(CAMPAIGN.STARTED_AT.desc())
        .limit(MOST)
        .fetchMap(CAMPAIGN.ID, CAMPAIGN.NAME);
  }

  private static Optional<Repeated> count(
      DSLContext sql,
      Select<Record1<String>> people,
      Map<UUID, String> recent,
      Instant since,
      Duration longest,
      Deadline deadline) {
    UUID[] ids = recent.keySet().toArray(UUID[]::new);
    return deadline
        .read(
            sql,
            longest,
            LOOKED_UP,
            inside ->
                inside
                    .resultQuery(COUNT, people, val(ids), val(since))
                    .fetchMap(row -> row.get(0, UUID.class), row -> row.get(1, Long.class)))
        .map(counts -> of(counts, recent));
  }

  private static Repeated of(Map<UUID, Long> counts, Map<UUID, String> recent) {
    Earlier most =
        counts.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(one -> new Earlier(one.getKey(), recent.getOrDefault(one.getKey(), "")))
            .orElse(null);
    long recipients = counts.values().stream().mapToLong(Long::longValue).sum();
    return new Repeated(recipients, most, recent.size() == MOST);
  }

  private Repeated ofFirst() {
    return new Repeated(recipients, campaign, true);
  }
}
