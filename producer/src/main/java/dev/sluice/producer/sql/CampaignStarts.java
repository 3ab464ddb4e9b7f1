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

/** Starts campaigns in their rows, each once. */
public final class CampaignStarts {
  private static final Set<CampaignStatus> NOT_STARTED =
      EnumSet.of(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED);

  private final DSLContext sql;
  private final CampaignRepository rows;

  CampaignStarts(DSLContext sql, CampaignRepository rows) {
    this.sql = sql;
    this.rows = rows;
  }

  /** The outcome of a start. */
  public sealed interface Start {}

  /**
   * It is running.
   *
   * @param since when it was started first
   */
  public record Started(
      CampaignRepository.Campaign campaign, CampaignStanding standing, Instant since)
      implements Start {}

  /** This command has started it, and it is complete because it has no recipients. */
  public record Empty(CampaignStanding standing) implements Start {}

  /** It is scheduled for later. */
  public record Waiting(Instant until) implements Start {}

  /** Its approval was withdrawn, for example because it was changed since. */
  public record Unapproved(String approver) implements Start {}

  /** Its start time has come, but was taken away meanwhile, so that it is a draft. */
  public record Withdrawn(Instant dueAt) implements Start {}

  /** It has other recipients than somebody has reviewed. */
  public record OtherRecipients(long reviewed) implements Start {}

  /** There is nothing to send, because it has ended. */
  public record Over(CampaignStatus status) implements Start {}

  /** Its row is locked, for example by an import, whose recipients are to be included. */
  public record Held() implements Start {}

  /** Another command has started it, and there is no record of its progress. */
  public record StartedBefore() implements Start {}

  /** There is no such campaign. */
  public record Unknown() implements Start {}

  /**
   * Starts a campaign; one without recipients is complete at once. A campaign that is already
   * sending continues if this command started it before a crash.
   */
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

  /** Runs the statements with a campaign that does not exist. */
  void rehearse() {
    UUID nobody = new UUID(0, 0);
    FanOutState.Origin nothing = new FanOutState.Origin(null, new byte[0], "", 0, -1, null, null);
    start(nobody, nothing, Instant.EPOCH);
    markStarted(sql, nobody, nothing, null, Instant.EPOCH);
    rows.find(nobody);
  }
}
