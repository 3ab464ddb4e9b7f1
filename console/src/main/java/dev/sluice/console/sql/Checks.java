package dev.sluice.console.sql;

import dev.sluice.console.http.Bulkhead;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;

/**
 * Looks through a campaign's recipients, of whom there may be millions, for somebody who is about
 * to command or has just changed something. It has connections of its own: such people wait for
 * nobody who reads, and those who pause a campaign do not wait for them.
 */
public final class Checks {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final DSLContext sql;
  private final Bulkhead places;

  /**
   * Looks through so many campaigns at a time.
   *
   * @param sql has a connection for each
   */
  public Checks(DSLContext sql, int places) {
    this.sql = sql;
    this.places = new Bulkhead(places, PATIENCE, "Other campaigns are being looked through.");
  }

  /** Looks, or does not if too many others do. */
  public <T> Optional<T> ifFree(Function<DSLContext, T> look) {
    return places.runIfFree(() -> look.apply(sql));
  }
}
