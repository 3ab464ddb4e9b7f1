package dev.sluice.console;

import dev.sluice.schema.MessageTemplate;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What recipients lack of a message, asked before it goes out. It has connections of its own: who
 * starts a campaign waits for nobody who reads. While too many others are looked through, a
 * campaign starts unseen, as one does of which too little can be seen in time.
 */
final class MissingCheck {
  private static final Logger log = LoggerFactory.getLogger(MissingCheck.class);
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final DSLContext sql;
  private final Bulkhead places;

  /**
   * Looks through so many campaigns at a time.
   *
   * @param sql has a connection for each
   */
  MissingCheck(DSLContext sql, int places) {
    this.sql = sql;
    this.places = new Bulkhead(places, PATIENCE, "Other campaigns are being looked through.");
  }

  Optional<Missing> of(UUID campaignId) {
    return ifFree(campaignId, () -> Missing.of(sql, campaignId));
  }

  /** The same with a message that is about to be the campaign's. */
  Optional<Missing> of(UUID campaignId, MessageTemplate message) {
    return ifFree(campaignId, () -> Missing.of(sql, campaignId, message.variables()));
  }

  private Optional<Missing> ifFree(UUID campaignId, Supplier<Optional<Missing>> look) {
    return places
        .runIfFree(look)
        .orElseGet(() -> {
          log.warn("nobody looked whether recipients of campaign {} lack variables", campaignId);
          return Optional.empty();
        });
  }
}
