package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import dev.sluice.producer.state.ZonePasses;
import dev.sluice.schema.LocalMoment;
import dev.sluice.schema.RecipientStatus;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record1;
import org.jooq.Select;
import org.jspecify.annotations.Nullable;

/** Plans the passes of campaigns that are sent at a local time. */
public final class RecipientZones {
  /** More zones than there are; the rest of a damaged column shares one pass. */
  private static final int MOST = 1_000;

  private final DSLContext sql;

  public RecipientZones(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Returns the passes of a campaign that has started; null if it has no local time, or if this is
   * a resend, which goes on after a repair and waits for none.
   */
  public @Nullable ZonePasses passes(CampaignStarts.Started started) {
    CampaignRepository.Campaign campaign = started.campaign();
    LocalSending local = campaign.local();
    if (local == null || started.standing().round() > 1) {
      return null;
    }
    // After a repair the moments are those of the first start: nobody waits for another day.
    Instant start = started.since();
    List<String> all = sql.fetchValues(names(campaign.id()));
    List<String> found = all.size() > MOST ? sql.fetchValues(largest(campaign.id())) : all;
    List<ZonePasses.Pass> passes = new ArrayList<>();
    for (String name : found) {
      ZoneId zone = zone(name);
      if (zone != null) {
        passes.add(new ZonePasses.Pass(name, LocalMoment.of(local.time(), zone, start)));
      }
    }
    if (passes.isEmpty() || passes.size() < all.size() || someHaveNone(campaign.id())) {
      passes.add(new ZonePasses.Pass(null, LocalMoment.of(local.time(), local.zone(), start)));
    }
    passes.sort(Comparator.comparing(ZonePasses.Pass::at));
    return new ZonePasses(passes, 0);
  }

  /**
   * Returns the zones, one more than there may be: each is where the index goes on behind the one
   * before, so that it does not matter how many recipients they have.
   */
  public Select<Record1<String>> names(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    Name zones = name("zones");
    Field<String> last = field(name("zones", "last"), String.class);
    var first = select(r.TIME_ZONE).from(r).where(zoned(campaignId));
    var next = select(r.TIME_ZONE).from(r).where(zoned(campaignId)).and(r.TIME_ZONE.gt(last));
    return sql.withRecursive(
            zones
                .fields(name("last"))
                .as(
                    select(field(first.orderBy(r.TIME_ZONE).limit(1)))
                        .unionAll(
                            select(field(next.orderBy(r.TIME_ZONE).limit(1)))
                                .from(zones)
                                .where(last.isNotNull()))))
        .select(last)
        .from(zones)
        .where(last.isNotNull())
        .limit(MOST + 1);
  }

  private Select<Record1<String>> largest(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.TIME_ZONE)
        .from(r)
        .where(zoned(campaignId))
        .groupBy(r.TIME_ZONE)
        .orderBy(count().desc())
        .limit(MOST);
  }

  /**
   * Counts those who have one, by the index, and compares that with the counters of the same
   * moment: to look for one without a zone where there is none, would read every row.
   */
  private boolean someHaveNone(UUID campaignId) {
    Field<Integer> have =
        field(selectCount().from(CAMPAIGN_RECIPIENT).where(zoned(campaignId))).as("have");
    return sql.select(CampaignStanding.COLUMNS)
        .select(have)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchSingle(row -> row.get(have) != CampaignStanding.of(row).counts().pending());
  }

  /** The status is inlined because the index of zones has it in its condition. */
  private static Condition zoned(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return r.CAMPAIGN_ID
        .eq(campaignId)
        .and(r.STATUS.eq(inline(RecipientStatus.PENDING, r.STATUS)))
        .and(r.TIME_ZONE.isNotNull());
  }

  /** Returns null for no time zone; other programs write this column. */
  private static @Nullable ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
