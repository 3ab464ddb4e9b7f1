package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.select;

import dev.sluice.schema.RecipientStatus;
import java.util.UUID;
import org.jooq.Record1;
import org.jooq.Select;

/** The numbers of a campaign's recipients who are still to be sent to. */
final class Pending {
  /** Recipients that are looked at if all are too many. */
  private static final int FIRST = 50_000;

  private Pending() {}

  static Select<Record1<String>> all(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.PHONE)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(RecipientStatus.PENDING));
  }

  /** In the order in which they are sent to, so that they are the same ones each time. */
  static Select<Record1<String>> first(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.PHONE)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(RecipientStatus.PENDING))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(FIRST);
  }
}
