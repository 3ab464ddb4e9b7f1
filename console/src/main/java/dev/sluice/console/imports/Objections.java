package dev.sluice.console.imports;

import dev.sluice.console.sql.Deadline;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Objections to starting a campaign, as far as its recipients show them. */
public final class Objections {
  private final DSLContext sql;
  private final Optional<Prices> prices;

  /**
   * Creates the objections.
   *
   * @param prices what messages cost, if that is known
   */
  public Objections(DSLContext sql, Optional<Prices> prices) {
    this.sql = sql;
    this.prices = prices;
  }

  /** Returns what recipients lack of what a message needs, as far as that can be read in time. */
  public Missing missing(UUID campaignId, Needs needs, Deadline deadline) {
    return Missing.of(sql, campaignId, needs, deadline);
  }

  /** Returns where they are; empty if that cannot be read in time. */
  public Optional<Places> places(Audience audience, Deadline deadline) {
    return Places.of(sql, audience, deadline);
  }

  /** Returns for how many it is night when a campaign sends. */
  public Night night(Places places, SendingSpan sending) {
    return Night.of(places, sending);
  }

  /**
   * Returns how many recipients this sender wrote to within the day before that moment, as far as
   * that can be read in time.
   */
  public Optional<Repeated> repeated(
      UUID campaignId, String sender, Instant start, Deadline deadline) {
    return Repeated.of(sql, campaignId, sender, start, deadline);
  }

  /** Returns whether messages have prices. */
  public boolean priced() {
    return prices.isPresent();
  }

  /**
   * Returns what messages of this category cost; empty if messages have no prices.
   *
   * @param category in lower case; null if it is not known
   */
  public Optional<Cost> cost(Places places, @Nullable String category) {
    return prices.map(known -> Cost.of(places, known, category));
  }
}
