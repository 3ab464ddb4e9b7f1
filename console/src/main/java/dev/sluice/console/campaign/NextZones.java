package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.http.KeptAnswers;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.LocalMoment;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;

/**
 * Which time zone comes next in campaigns that are sent at a local time. Zones are fixed once a
 * campaign has started, and so read once a minute for all readers.
 */
public final class NextZones {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration KEPT = Duration.ofMinutes(1);

  /** Forces the index of zones, whatever PostgreSQL knows of the table. */
  private static final Set<String> BY_INDEX = Set.of("enable_seqscan", "enable_bitmapscan");

  /** Each zone is where the index goes on behind the one before, however many people it has. */
  private static final String SQL =
      """
      WITH RECURSIVE zones (last) AS (
        SELECT (
          SELECT time_zone FROM sluice.campaign_recipient
          WHERE campaign_id = {0} AND status = 'PENDING' AND time_zone IS NOT NULL
          ORDER BY time_zone LIMIT 1)
        UNION ALL
        SELECT (
          SELECT time_zone FROM sluice.campaign_recipient
          WHERE campaign_id = {0} AND status = 'PENDING' AND time_zone > zones.last
          ORDER BY time_zone LIMIT 1)
        FROM zones WHERE zones.last IS NOT NULL)
      SELECT last FROM zones WHERE last IS NOT NULL LIMIT 1000
      """;

  private final KeptAnswers<List<ZoneId>> kept = new KeptAnswers<>(KEPT, System::nanoTime);

  /**
   * A zone whose moment has not come yet.
   *
   * @param at when its recipients may be sent to
   */
  record Next(String timeZone, Instant at) {}

  /** Returns the next zone of a campaign; empty if there is none, or if it is not found in time. */
  Optional<Next> of(DSLContext sql, Record campaign, Instant now) {
    LocalTime time = campaign.get(CAMPAIGN.LOCAL_TIME);
    Instant start = campaign.get(CAMPAIGN.STARTED_AT);
    // A resend waits for no local time.
    if (time == null
        || start == null
        || campaign.get(CAMPAIGN.STATUS) != CampaignStatus.SENDING
        || campaign.get(CAMPAIGN.ROUND) > 1) {
      return Optional.empty();
    }
    UUID id = campaign.get(CAMPAIGN.ID);
    return kept.of(id, () -> zones(sql, id)).stream()
        .map(zone -> new Next(zone.getId(), LocalMoment.of(time, zone, start)))
        .filter(next -> next.at().isAfter(now))
        .min(Comparator.comparing(Next::at));
  }

  private static List<ZoneId> zones(DSLContext sql, UUID campaign) {
    return Briefly.read(
            sql,
            PATIENCE,
            BY_INDEX,
            inside -> inside.resultQuery(SQL, DSL.val(campaign)).fetch().getValues(0, String.class))
        .orElse(List.of())
        .stream()
        .flatMap(NextZones::zone)
        .toList();
  }

  /** Other programs write this column; those of an unknown zone have the campaign's. */
  private static Stream<ZoneId> zone(String name) {
    try {
      return Stream.of(ZoneId.of(name));
    } catch (DateTimeException e) {
      return Stream.empty();
    }
  }
}
