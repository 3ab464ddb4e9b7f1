package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.CampaignStatus;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Starts campaigns in PostgreSQL. */
final class SqlCampaignStarts implements CampaignStarts {
  private static final Set<CampaignStatus> NOT_STARTED =
      EnumSet.of(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED);

  private final DSLContext sql;
  private final CampaignRepository rows;

  SqlCampaignStarts(DSLContext sql, CampaignRepository rows) {
    this.sql = sql;
    this.rows = rows;
  }

  @Override
  public Start start(UUID campaignId, FanOutState.Origin command, Instant now) {
    Marked marked =
        sql.transactionResult(transaction -> mark(transaction.dsl(), campaignId, command, now));
    // Read once the row says that it has started, so that any fault in it shows there.
    return switch (marked) {
      case Sending(CampaignStanding standing, Instant since) ->
          new Started(
              rows.find(campaignId).orElseThrow(() -> DatabaseFault.missing("its row")),
              standing,
              since);
      case Not(Start why) -> why;
    };
  }

  private sealed interface Marked {}

  private record Sending(CampaignStanding standing, Instant since) implements Marked {}

  private record Not(Start why) implements Marked {}

  private static Marked mark(
      DSLContext sql, UUID campaignId, FanOutState.Origin command, Instant now) {
    // Locked before counting. An import holds the row through its recipients' foreign key and is
    // not waited for, which would block a connection and so other campaigns.
    Record row =
        sql.select(
                CAMPAIGN.SCHEDULED_AT,
                CAMPAIGN.STARTED_AT,
                CAMPAIGN.START_OFFSET,
                CAMPAIGN.START_COMMAND_AT)
            .select(CampaignStanding.COLUMNS)
            .select(CAMPAIGN.APPROVED_BY)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .forUpdate()
            .skipLocked()
            .fetchOne();
    if (row == null) {
      return new Not(
          sql.fetchExists(CAMPAIGN, CAMPAIGN.ID.eq(campaignId)) ? new Held() : new Unknown());
    }
    CampaignStatus status = row.get(CAMPAIGN.STATUS);
    return switch (status) {
      case DRAFT, SCHEDULED -> {
        Instant dueAt = command.dueAt();
        if (dueAt != null && status == CampaignStatus.DRAFT) {
          yield new Not(new Withdrawn(dueAt));
        }
        String approver = command.approvedBy();
        if (approver != null && row.get(CAMPAIGN.APPROVED_BY) == null) {
          yield new Not(new Unapproved(approver));
        }
        Instant scheduled = row.get(CAMPAIGN.SCHEDULED_AT);
        yield scheduled != null && scheduled.isAfter(now)
            ? new Not(markScheduled(sql, campaignId, scheduled))
            : markStarted(sql, campaignId, command, command.reviewed(), now);
      }
      case SENDING, PAUSED ->
          isTheSame(command, row) || goesOn(sql, campaignId, command, row)
              ? new Sending(
                  CampaignStanding.of(row),
                  Objects.requireNonNullElse(row.get(CAMPAIGN.STARTED_AT), now))
              : new Not(new StartedBefore());
      case COMPLETED ->
          new Not(isTheSame(command, row) ? new Empty(CampaignStanding.of(row)) : new Over(status));
      case CANCELLED -> new Not(new Over(status));
    };
  }

  private static boolean isTheSame(FanOutState.Origin command, Record row) {
    return Long.valueOf(command.offset()).equals(row.get(CAMPAIGN.START_OFFSET))
        && Objects.equals(command.at(), row.get(CAMPAIGN.START_COMMAND_AT));
  }

  /**
   * After a repair the campaign belongs to this command; an older one that is read again has no
   * effect.
   */
  private static boolean goesOn(
      DSLContext sql, UUID campaignId, FanOutState.Origin command, Record row) {
    Instant before = row.get(CAMPAIGN.START_COMMAND_AT);
    Instant at = command.at();
    boolean newer = at != null && (before == null || at.isAfter(before));
    if (!newer || !command.afterRepair()) {
      return false;
    }
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.START_OFFSET, command.offset())
        .set(CAMPAIGN.START_COMMAND_AT, at)
        .where(CAMPAIGN.ID.eq(campaignId))
        .execute();
    return true;
  }

  private static Start markScheduled(DSLContext sql, UUID campaignId, Instant at) {
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.STATUS, CampaignStatus.SCHEDULED)
        .where(CAMPAIGN.ID.eq(campaignId))
        .execute();
    return new Waiting(at);
  }

  private static Marked markStarted(
      DSLContext sql,
      UUID campaignId,
      FanOutState.Origin command,
      @Nullable Long reviewed,
      Instant now) {
    var recipients =
        sql.selectCount()
            .from(CAMPAIGN_RECIPIENT)
            .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaignId))
            .asTable("recipients");
    var count = recipients.field(0, Long.class);
    Record row =
        sql.update(CAMPAIGN)
            .set(CAMPAIGN.TOTAL, count)
            .set(
                CAMPAIGN.STATUS,
                when(count.eq(0L), val(CampaignStatus.COMPLETED, CAMPAIGN.STATUS))
                    .otherwise(val(CampaignStatus.SENDING, CAMPAIGN.STATUS)))
            .set(CAMPAIGN.STARTED_AT, currentInstant())
            .set(CAMPAIGN.COMPLETED_AT, when(count.eq(0L), currentInstant()))
            .set(CAMPAIGN.START_OFFSET, command.offset())
            .set(CAMPAIGN.START_COMMAND_AT, command.at())
            .from(recipients)
            .where(CAMPAIGN.ID.eq(campaignId))
            .and(CAMPAIGN.STATUS.in(NOT_STARTED))
            .and(reviewed == null ? noCondition() : count.eq(reviewed))
            .returning(CampaignStanding.COLUMNS)
            .fetchOne();
    if (row == null) {
      return new Not(reviewed == null ? new Unknown() : new OtherRecipients(reviewed));
    }
    CampaignStanding standing = CampaignStanding.of(row);
    return standing.status() == CampaignStatus.COMPLETED
        ? new Not(new Empty(standing))
        : new Sending(standing, now);
  }

  @Override
  public void rehearse() {
    UUID nobody = new UUID(0, 0);
    FanOutState.Origin nothing = new FanOutState.Origin(null, new byte[0], "", 0, -1, null, null);
    start(nobody, nothing, Instant.EPOCH);
    markStarted(sql, nobody, nothing, null, Instant.EPOCH);
    rows.find(nobody);
  }
}
