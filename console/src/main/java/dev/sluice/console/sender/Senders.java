package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.jooq.tables.records.SenderRecord;
import java.time.Duration;
import java.util.Optional;
import org.jooq.DSLContext;

/** The senders' rows. */
public final class Senders {
  /** Long enough for another change through the console. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final DSLContext sql;

  public Senders(DSLContext sql) {
    this.sql = sql;
  }

  Optional<SenderRecord> find(String id) {
    return sql.fetchOptional(SENDER, SENDER.ID.eq(id));
  }

  /**
   * Creates a sender or changes it; an account that is not given stays as it is.
   *
   * @param withCampaigns whether its campaigns may go on with another provider or account
   * @throws ProblemException 409 if they may not and there are any
   */
  SenderRecord put(SenderRecord sender, boolean withCampaigns) {
    return Briefly.change(
        sql,
        PATIENCE,
        () ->
            ProblemException.conflict(
                "The sender is being changed by another program just now; try again in a moment."),
        inside -> {
          if (!withCampaigns) {
            requireNoneAffected(inside, sender);
          }
          return inside
              .insertInto(SENDER)
              .set(sender)
              .onConflict(SENDER.ID)
              .doUpdate()
              .setNonKeyToExcluded()
              .returning()
              .fetchSingle();
        });
  }

  private static void requireNoneAffected(DSLContext inside, SenderRecord sender) {
    boolean isMoved =
        inside
            .selectFrom(SENDER)
            .where(SENDER.ID.eq(sender.getId()))
            .forNoKeyUpdate()
            .fetchOptional()
            .filter(before -> AffectedCampaigns.isMoved(before, sender))
            .isPresent();
    if (isMoved) {
      AffectedCampaigns affected = AffectedCampaigns.of(inside, sender.getId());
      if (affected.campaigns() > 0) {
        throw affected.problem();
      }
    }
  }

  /** Returns whether campaigns of the sender are under way in another number of lanes. */
  boolean isSendingInOtherLanes(String id, int lanes) {
    return sql.fetchExists(
        sql.selectOne()
            .from(CAMPAIGN)
            .join(SENDER)
            .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
            .where(SENDER.ID.eq(id))
            .and(SENDER.LANES.ne(lanes))
            .and(AffectedCampaigns.isAnyOf(CampaignStatus.SENDING, CampaignStatus.PAUSED)));
  }
}
