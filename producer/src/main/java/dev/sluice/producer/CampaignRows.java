package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** The rows of campaigns and senders, as far as the fan-out reads and writes them. */
final class CampaignRows {
  private static final Set<CampaignStatus> NOT_STARTED =
      EnumSet.of(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED);

  private final DSLContext sql;

  CampaignRows(DSLContext sql) {
    this.sql = sql;
  }

  /** What of a campaign is fixed once it has started. */
  record Campaign(
      UUID id,
      String senderId,
      MessageTemplate template,
      OnDoubt onDoubt,
      int priority,
      @Nullable SendingWindow window) {}

  /**
   * Who sends, and how fast.
   *
   * @param permitsPerSecond the rate of one lane, messages/s
   * @param dailyLimit different people within 24 hours, or null for no limit
   */
  record Sender(
      SendRequest.Sender identity,
      int lanes,
      double permitsPerSecond,
      @Nullable Integer dailyLimit) {}

  /** What came of starting. */
  sealed interface Start {}

  /** It is running, with so many recipients. */
  record Started(Campaign campaign, long total) implements Start {}

  /** It waits for its time. */
  record Waiting(Instant until) implements Start {}

  /** There is nothing to send: it has ended. */
  record Over(CampaignStatus status) implements Start {}

  /** There is no such campaign. */
  record Unknown() implements Start {}

  /**
   * Starts a campaign; one that has no recipients is complete at once. A campaign that is already
   * sending was started by this very command before a crash, and is gone on with.
   */
  Start start(UUID campaignId, Instant now) {
    return sql.transactionResult(transaction -> {
      DSLContext inside = transaction.dsl();
      // Locked first and counted afterwards: an import holds the row while it adds recipients.
      Record row =
          inside.selectFrom(CAMPAIGN).where(CAMPAIGN.ID.eq(campaignId)).forNoKeyUpdate().fetchOne();
      if (row == null) {
        return new Unknown();
      }
      CampaignStatus status = row.get(CAMPAIGN.STATUS);
      return switch (status) {
        case DRAFT, SCHEDULED -> {
          Instant scheduled = row.get(CAMPAIGN.SCHEDULED_AT);
          yield scheduled != null && scheduled.isAfter(now)
              ? markScheduled(inside, campaignId, scheduled)
              : markStarted(inside, campaign(row));
        }
        case SENDING, PAUSED -> new Started(campaign(row), row.get(CAMPAIGN.TOTAL));
        case CANCELLED, COMPLETED -> new Over(status);
      };
    });
  }

  private static Start markScheduled(DSLContext sql, UUID campaignId, Instant at) {
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.STATUS, CampaignStatus.SCHEDULED)
        .where(CAMPAIGN.ID.eq(campaignId))
        .execute();
    return new Waiting(at);
  }

  /** The scheduled campaigns whose time comes until the given moment, and when. */
  Map<UUID, Instant> scheduledUntil(Instant moment) {
    return sql.select(CAMPAIGN.ID, CAMPAIGN.SCHEDULED_AT)
        .from(CAMPAIGN)
        .where(CAMPAIGN.STATUS.eq(inline(CampaignStatus.SCHEDULED, CAMPAIGN.STATUS)))
        .and(CAMPAIGN.SCHEDULED_AT.le(moment))
        .fetchMap(CAMPAIGN.ID, CAMPAIGN.SCHEDULED_AT);
  }

  private static Start markStarted(DSLContext sql, Campaign campaign) {
    var recipients =
        sql.selectCount()
            .from(CAMPAIGN_RECIPIENT)
            .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaign.id()))
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
            .from(recipients)
            .where(CAMPAIGN.ID.eq(campaign.id()))
            .and(CAMPAIGN.STATUS.in(NOT_STARTED))
            .returning(CAMPAIGN.TOTAL, CAMPAIGN.STATUS)
            .fetchOne();
    if (row == null) {
      return new Unknown();
    }
    return row.get(CAMPAIGN.STATUS) == CampaignStatus.COMPLETED
        ? new Over(CampaignStatus.COMPLETED)
        : new Started(campaign, row.get(CAMPAIGN.TOTAL));
  }

  /** Starts a campaign that does not exist, by the statements of one that does. */
  void warmUp() {
    UUID nobody = new UUID(0, 0);
    start(nobody, Instant.EPOCH);
    markStarted(
        sql,
        new Campaign(
            nobody,
            "",
            new MessageTemplate(Json.MAPPER.createObjectNode()),
            OnDoubt.HOLD,
            1,
            null));
  }

  /** A campaign that was started earlier. */
  Optional<Campaign> find(UUID campaignId) {
    return sql.selectFrom(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(CampaignRows::campaign);
  }

  private static Campaign campaign(Record row) {
    return new Campaign(
        row.get(CAMPAIGN.ID),
        row.get(CAMPAIGN.SENDER_ID),
        new MessageTemplate(Json.MAPPER.readTree(row.get(CAMPAIGN.MESSAGE).data())),
        row.get(CAMPAIGN.ON_DOUBT),
        row.get(CAMPAIGN.PRIORITY),
        window(row));
  }

  private static @Nullable SendingWindow window(Record row) {
    LocalTime start = row.get(CAMPAIGN.WINDOW_START);
    LocalTime end = row.get(CAMPAIGN.WINDOW_END);
    return start == null || end == null
        ? null
        : new SendingWindow(start, end, ZoneId.of(row.get(CAMPAIGN.TIME_ZONE)));
  }

  /** A sender as it is now; its rate may change while campaigns run. */
  Sender sender(String senderId) {
    return sql.selectFrom(SENDER)
        .where(SENDER.ID.eq(senderId))
        .fetchSingle(row ->
            new Sender(
                new SendRequest.Sender(
                    row.get(SENDER.ID), row.get(SENDER.PROVIDER), row.get(SENDER.ADDRESS)),
                row.get(SENDER.LANES),
                Math.max(
                    SendRequest.SLOWEST, row.get(SENDER.RATE_PER_SECOND) / row.get(SENDER.LANES)),
                row.get(SENDER.DAILY_LIMIT)));
  }

  /** Whether nobody is left to send to. */
  boolean hasEnded(UUID campaignId) {
    return sql.fetchExists(
        CAMPAIGN,
        CAMPAIGN
            .ID
            .eq(campaignId)
            .and(CAMPAIGN.STATUS.in(CampaignStatus.COMPLETED, CampaignStatus.CANCELLED)));
  }

  /**
   * Writes what people asked for into the campaign's row; one that has ended stays as it is.
   *
   * @return whether there is such a campaign
   */
  boolean record(UUID campaignId, Control.State state) {
    CampaignStatus status =
        switch (state) {
          case RUNNING -> CampaignStatus.SENDING;
          case PAUSED -> CampaignStatus.PAUSED;
          case CANCELLED -> CampaignStatus.CANCELLED;
          case BLOCKED -> throw new IllegalArgumentException("senders are blocked, not campaigns");
        };
    Instant end = state == Control.State.CANCELLED ? Instant.now() : null;
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.STATUS, status)
        .set(CAMPAIGN.COMPLETED_AT, end)
        .where(CAMPAIGN.ID.eq(campaignId))
        .and(CAMPAIGN.STATUS.in(changeable(state)))
        .execute();
    return sql.fetchExists(CAMPAIGN, CAMPAIGN.ID.eq(campaignId));
  }

  private static Set<CampaignStatus> changeable(Control.State state) {
    return state == Control.State.CANCELLED
        ? EnumSet.of(
            CampaignStatus.DRAFT,
            CampaignStatus.SCHEDULED,
            CampaignStatus.SENDING,
            CampaignStatus.PAUSED)
        : EnumSet.of(CampaignStatus.SENDING, CampaignStatus.PAUSED);
  }
}
