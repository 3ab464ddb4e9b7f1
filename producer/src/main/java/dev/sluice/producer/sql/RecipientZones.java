package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectCount;

import dev.sluice.producer.state.ZonePasses;
import dev.sluice.schema.RecipientStatus;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Plans the passes of campaigns that are sent at a local time. */
public final class RecipientZones {
  /** More zones than there are; the rest of a damaged column shares one pass. */
  private static final int MOST = 1_000;

  private final DSLContext sql;

  RecipientZones(DSLContext sql) {
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
    var r = CAMPAIGN_RECIPIENT;
    List<String> found =
        sql.select(r.TIME_ZONE)
            .from(r)
            .where(pending(campaign))
            .and(r.TIME_ZONE.isNotNull())
            .groupBy(r.TIME_ZONE)
            .orderBy(count().desc())
            .limit(MOST)
            .fetch(r.TIME_ZONE);
    List<ZonePasses.Pass> passes = new ArrayList<>();
    for (String name : found) {
      ZoneId zone = zone(name);
      if (zone != null) {
        passes.add(new ZonePasses.Pass(name, local.moment(zone, start)));
      }
    }
    boolean others = passes.size() < found.size() || found.size() == MOST;
    if (passes.isEmpty() || others || someHaveNone(campaign)) {
      passes.add(new ZonePasses.Pass(null, local.moment(local.zone(), start)));
    }
    passes.sort(Comparator.comparing(ZonePasses.Pass::at));
    return new ZonePasses(passes, 0);
  }

  /**
   * Counts both by their indexes, as a start counts all recipients: to look for one without a zone
   * where there is none, would read every row.
   */
  private boolean someHaveNone(CampaignRepository.Campaign campaign) {
    var r = CAMPAIGN_RECIPIENT;
    var all = selectCount().from(r).where(pending(campaign));
    var zoned = selectCount().from(r).where(pending(campaign)).and(r.TIME_ZONE.isNotNull());
    return sql.select(field(field(all).gt(field(zoned)))).fetchSingle().value1();
  }

  /** The status is inlined because the index of zones has it in its condition. */
  private static Condition pending(CampaignRepository.Campaign campaign) {
    var r = CAMPAIGN_RECIPIENT;
    return r.CAMPAIGN_ID
        .eq(campaign.id())
        .and(r.STATUS.eq(inline(RecipientStatus.PENDING, r.STATUS)));
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
