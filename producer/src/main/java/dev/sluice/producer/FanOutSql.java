package dev.sluice.producer;

import java.time.InstantSource;
import org.jooq.DSLContext;

/**
 * Everything that the fan-out reads and writes in PostgreSQL.
 *
 * @param rows campaigns and senders
 */
record FanOutSql(
    CampaignRows rows,
    Starts starts,
    RecipientPages recipients,
    Resends resends,
    DailyBudget budget) {

  static FanOutSql of(DSLContext sql, InstantSource clock) {
    CampaignRows rows = new CampaignRows(sql);
    return new FanOutSql(
        rows,
        new Starts(sql, rows),
        new RecipientPages(sql, clock),
        new Resends(sql),
        new DailyBudget(sql, clock));
  }
}
