package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static dev.sluice.schema.jooq.Tables.STOPPED_CAMPAIGN;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.octetLength;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Record2;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The rows of campaigns and senders in PostgreSQL. */
final class SqlCampaignRepository implements CampaignRepository {
  private static final Set<CampaignStatus> NOT_UNDER_WAY =
      EnumSet.complementOf(EnumSet.of(CampaignStatus.SENDING, CampaignStatus.PAUSED));

  /** The longest message that is read, bytes as text. */
  private static final int LONGEST_MESSAGE = 256 * 1024;

  private static final int DEEPEST_MESSAGE = 100;

  private final DSLContext sql;

  SqlCampaignRepository(DSLContext sql) {
    this.sql = sql;
  }

  @Override
  public Map<UUID, Due> scheduledUntil(Instant moment) {
    return sql.select(CAMPAIGN.ID, CAMPAIGN.SCHEDULED_AT, CAMPAIGN.APPROVED_BY)
        .from(CAMPAIGN)
        .where(CAMPAIGN.STATUS.eq(inline(CampaignStatus.SCHEDULED, CAMPAIGN.STATUS)))
        .and(CAMPAIGN.SCHEDULED_AT.le(moment))
        .andExists(
            selectOne()
                .from(CAMPAIGN_RECIPIENT)
                .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(CAMPAIGN.ID)))
        .fetchMap(
            CAMPAIGN.ID,
            row -> new Due(row.get(CAMPAIGN.SCHEDULED_AT), row.get(CAMPAIGN.APPROVED_BY)));
  }

  @Override
  public Optional<Campaign> find(UUID campaignId) {
    // Other programs write this column, so a message that is too large stays in the database.
    Field<Integer> bytes = octetLength(CAMPAIGN.MESSAGE.cast(SQLDataType.CLOB));
    Field<JSONB> message = when(bytes.le(LONGEST_MESSAGE), CAMPAIGN.MESSAGE).as(CAMPAIGN.MESSAGE);
    return sql.select(
            CAMPAIGN.ID,
            CAMPAIGN.SENDER_ID,
            message,
            CAMPAIGN.ON_DOUBT,
            CAMPAIGN.PRIORITY,
            CAMPAIGN.WINDOW_START,
            CAMPAIGN.WINDOW_END,
            CAMPAIGN.TIME_ZONE,
            CAMPAIGN.IGNORE_CAP,
            CAMPAIGN.LOCAL_TIME)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(row -> campaign(row, row.get(message)));
  }

  private static Campaign campaign(Record row, @Nullable JSONB message) {
    if (message == null) {
      throw new IllegalArgumentException(
          "its message is longer than " + LONGEST_MESSAGE + " bytes");
    }
    return new Campaign(
        row.get(CAMPAIGN.ID),
        row.get(CAMPAIGN.SENDER_ID),
        template(message),
        row.get(CAMPAIGN.ON_DOUBT),
        row.get(CAMPAIGN.PRIORITY),
        sendingHours(row),
        row.get(CAMPAIGN.IGNORE_CAP),
        local(row));
  }

  /**
   * Parses the message. Within a request it is nested a little deeper and must still be readable.
   */
  private static MessageTemplate template(JSONB message) {
    JsonNode read = Json.MAPPER.readTree(message.data());
    if (depth(read) > DEEPEST_MESSAGE) {
      throw new IllegalArgumentException(
          "its message is nested deeper than " + DEEPEST_MESSAGE + " levels");
    }
    MessageTemplate template = new MessageTemplate(read);
    template
        .problem()
        .ifPresent(problem -> {
          throw new IllegalArgumentException("its message cannot be sent: " + problem);
        });
    return template;
  }

  private static int depth(JsonNode node) {
    int deepest = 0;
    for (JsonNode child : node) {
      deepest = Math.max(deepest, depth(child));
    }
    return node.isContainer() ? deepest + 1 : 0;
  }

  private static @Nullable SendingHours sendingHours(Record row) {
    LocalTime start = row.get(CAMPAIGN.WINDOW_START);
    LocalTime end = row.get(CAMPAIGN.WINDOW_END);
    return start == null || end == null
        ? null
        : new SendingHours(start, end, ZoneId.of(row.get(CAMPAIGN.TIME_ZONE)));
  }

  private static @Nullable LocalSending local(Record row) {
    LocalTime time = row.get(CAMPAIGN.LOCAL_TIME);
    return time == null ? null : new LocalSending(time, ZoneId.of(row.get(CAMPAIGN.TIME_ZONE)));
  }

  @Override
  public Sender sender(String senderId) {
    return sql.selectFrom(SENDER)
        .where(SENDER.ID.eq(senderId))
        .fetchOptional(SqlCampaignRepository::toSender)
        .orElseThrow(() -> DatabaseFault.missing("its sender " + senderId));
  }

  private static Sender toSender(Record row) {
    return new Sender(
        new SendRequest.Sender(
            row.get(SENDER.ID), row.get(SENDER.PROVIDER), row.get(SENDER.ADDRESS)),
        new LaneRates(row.get(SENDER.RATE_PER_SECOND), row.get(SENDER.LANES)),
        row.get(SENDER.DAILY_LIMIT),
        cap(row.get(SENDER.CAP_MESSAGES), row.get(SENDER.CAP_DAYS)));
  }

  private static @Nullable FrequencyCap cap(@Nullable Integer messages, @Nullable Integer days) {
    return messages == null || days == null ? null : new FrequencyCap(messages, days);
  }

  @Override
  public Optional<String> stopped(UUID campaignId) {
    return sql.select(STOPPED_CAMPAIGN.REASON)
        .from(STOPPED_CAMPAIGN)
        .where(STOPPED_CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(STOPPED_CAMPAIGN.REASON);
  }

  @Override
  public boolean hasEnded(UUID campaignId) {
    return sql.fetchExists(
        CAMPAIGN,
        CAMPAIGN
            .ID
            .eq(campaignId)
            .and(CAMPAIGN.STATUS.in(CampaignStatus.COMPLETED, CampaignStatus.CANCELLED)));
  }

  @Override
  public Optional<CampaignStanding> record(UUID campaignId, Control.State state) {
    switch (state) {
      case RUNNING -> set(campaignId, CampaignStatus.SENDING);
      case PAUSED -> set(campaignId, CampaignStatus.PAUSED);
      case CANCELLED -> sql.transaction(transaction -> cancel(transaction.dsl(), campaignId));
      case BLOCKED -> throw new IllegalArgumentException("senders are blocked, not campaigns");
    }
    return standing(campaignId);
  }

  @Override
  public Map<CampaignStatus, Integer> notUnderWay() {
    Map<CampaignStatus, Integer> counts = new EnumMap<>(CampaignStatus.class);
    NOT_UNDER_WAY.forEach(status -> counts.put(status, 0));
    counts.putAll(
        sql.select(CAMPAIGN.STATUS, count())
            .from(CAMPAIGN)
            .where(CAMPAIGN.STATUS.in(NOT_UNDER_WAY))
            .and(CAMPAIGN.ARCHIVED_AT.isNull())
            .groupBy(CAMPAIGN.STATUS)
            .fetchMap(Record2::value1, Record2::value2));
    return counts;
  }

  @Override
  public Map<UUID, CampaignStanding> standings(Collection<UUID> campaignIds) {
    return sql.select(CampaignStanding.COLUMNS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(any(campaignIds.toArray(UUID[]::new))))
        .fetchMap(CAMPAIGN.ID, CampaignStanding::of);
  }

  private void set(UUID campaignId, CampaignStatus status) {
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.STATUS, status)
        .setNull(CAMPAIGN.COMPLETED_AT)
        .where(CAMPAIGN.ID.eq(campaignId))
        .and(CAMPAIGN.STATUS.in(CampaignStatus.SENDING, CampaignStatus.PAUSED))
        .execute();
  }

  /**
   * Cancels a campaign. One that never started has no total yet and gets one, so that its counters
   * add up.
   */
  private static void cancel(DSLContext sql, UUID campaignId) {
    // Locked before counting, as adding recipients holds the row.
    CampaignStatus before =
        sql.select(CAMPAIGN.STATUS)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .forUpdate()
            .fetchOne(CAMPAIGN.STATUS);
    if (before == null
        || before == CampaignStatus.COMPLETED
        || before == CampaignStatus.CANCELLED) {
      return;
    }
    boolean started = before == CampaignStatus.SENDING || before == CampaignStatus.PAUSED;
    Field<Long> recipients =
        field(
            sql.select(count().cast(SQLDataType.BIGINT))
                .from(CAMPAIGN_RECIPIENT)
                .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaignId)));
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.STATUS, CampaignStatus.CANCELLED)
        .set(CAMPAIGN.COMPLETED_AT, Instant.now())
        .set(CAMPAIGN.TOTAL, started ? CAMPAIGN.TOTAL : recipients)
        .where(CAMPAIGN.ID.eq(campaignId))
        .execute();
  }
}
