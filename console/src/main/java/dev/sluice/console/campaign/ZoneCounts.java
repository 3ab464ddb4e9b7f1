package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;

import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.LocalMoment;
import dev.sluice.schema.RecipientStatus;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** When the recipients of a campaign with a local time are sent to, if it starts now. */
public final class ZoneCounts {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final DSLContext sql;

  public ZoneCounts(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * The recipients of a time zone.
   *
   * @param at when they may be sent to
   */
  record Zone(String timeZone, int recipients, Instant at) {}

  /**
   * Returns the zones in the order of their moments; none if the campaign has no local time, and
   * empty if counting takes too long. A scheduled campaign starts at its time.
   *
   * @param at when it starts; null if that is not up for change
   * @param local the local time; null if that is not up for change
   */
  Optional<List<Zone>> of(
      UUID campaignId, @Nullable Instant at, @Nullable LocalTime local, Instant now) {
    Record campaign = CampaignViews.rowOf(sql, campaignId);
    LocalTime time = local == null ? campaign.get(CAMPAIGN.LOCAL_TIME) : local;
    if (time == null) {
      return Optional.of(List.of());
    }
    ZoneId own = ZoneId.of(campaign.get(CAMPAIGN.TIME_ZONE));
    Instant scheduled = at == null ? campaign.get(CAMPAIGN.SCHEDULED_AT) : at;
    Instant start = scheduled != null && scheduled.isAfter(now) ? scheduled : now;
    return Briefly.read(sql, PATIENCE, Set.of(), inside -> recipients(inside, campaignId, own))
        .map(counted ->
            counted.entrySet().stream()
                .map(zone ->
                    new Zone(
                        zone.getKey().getId(),
                        zone.getValue(),
                        LocalMoment.of(time, zone.getKey(), start)))
                .sorted(Comparator.comparing(Zone::at).thenComparing(Zone::timeZone))
                .toList());
  }

  private static Map<ZoneId, Integer> recipients(DSLContext inside, UUID campaignId, ZoneId own) {
    var r = CAMPAIGN_RECIPIENT;
    Map<ZoneId, Integer> recipients = new HashMap<>();
    inside
        .select(r.TIME_ZONE, count())
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(RecipientStatus.PENDING))
        .groupBy(r.TIME_ZONE)
        .forEach(row -> recipients.merge(zone(row.value1(), own), row.value2(), Integer::sum));
    return recipients;
  }

  /** Other programs write this column; those of an unknown zone have the campaign's. */
  private static ZoneId zone(@Nullable String name, ZoneId own) {
    try {
      return name == null ? own : ZoneId.of(name);
    } catch (DateTimeException e) {
      return own;
    }
  }
}
