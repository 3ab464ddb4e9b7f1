package dev.sluice.console.imports;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;

/** What speaks against starting a campaign, as far as its recipients tell. */
public final class Objections {
  private final DSLContext sql;

  public Objections(DSLContext sql) {
    this.sql = sql;
  }

  /** Returns what recipients lack, as far as that can be read in time. */
  public Missing missing(UUID campaignId) {
    return Missing.of(sql, campaignId);
  }

  /** Returns for how many it is night at that moment; empty if that cannot be read in time. */
  public Optional<Night> night(UUID campaignId, Instant at) {
    return Night.of(sql, campaignId, at);
  }
}
