package dev.sluice.producer;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;

/** Everything that the fan-out reads and writes in PostgreSQL. */
final class FanOutSql {
  private final CampaignRows rows;
  private final RecipientPages pages;
  private final Resends resends;
  private final DailyBudget budget;

  /** What of running campaigns cannot change. */
  private final Map<UUID, CampaignRows.Campaign> campaigns = new HashMap<>();

  FanOutSql(DSLContext sql, InstantSource clock) {
    rows = new CampaignRows(sql);
    pages = new RecipientPages(sql, clock);
    resends = new Resends(sql);
    budget = new DailyBudget(sql, clock);
  }

  CampaignRows rows() {
    return rows;
  }

  RecipientPages pages() {
    return pages;
  }

  Resends resends() {
    return resends;
  }

  DailyBudget budget() {
    return budget;
  }

  /** A campaign that was started. */
  CampaignRows.Campaign campaign(UUID id) {
    return campaigns.computeIfAbsent(id, missing -> rows.find(missing).orElseThrow());
  }

  /** It is not needed for a while. */
  void forget(UUID id) {
    campaigns.remove(id);
  }
}
