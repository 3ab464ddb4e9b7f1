package dev.sluice.console.sql;

import dev.sluice.console.http.Bulkhead;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;

/**
 * Looks through a campaign's recipients, of which there may be millions, for a user who is about to
 * command the campaign or has just changed something. It has connections of its own, so that these
 * users do not wait for readers, and users who pause a campaign do not wait for them.
 */
public final class Checks {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final DSLContext sql;
  private final Bulkhead places;

  /**
   * Creates the pool.
   *
   * @param sql has a connection for each place
   * @param places how many campaigns are looked through at a time
   */
  public Checks(DSLContext sql, int places) {
    this.sql = sql;
    this.places = new Bulkhead(places, PATIENCE, "Other campaigns are being looked through.");
  }

  /** Runs the check, or returns empty if too many others are running. */
  public <T> Optional<T> ifFree(Function<DSLContext, T> look) {
    return places.runIfFree(() -> look.apply(sql));
  }
}
