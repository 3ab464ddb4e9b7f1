package dev.sluice.console.campaign;

import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.time.Instant;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A campaign that has not started, as its authors write it; the first three are required. */
record Draft(
    @Nullable String name,
    @Nullable String sender,
    @Nullable JsonNode message,
    @Nullable Integer priority,
    @Nullable OnDoubt onDoubt,
    @Nullable Instant scheduledAt,
    @Nullable LocalTime windowStart,
    @Nullable LocalTime windowEnd,
    @Nullable String timeZone,
    @Nullable LocalTime localTime,
    @Nullable Boolean ignoreCap,
    @Nullable String externalId) {

  static Draft of(CampaignRecord row) {
    return new Draft(
        row.getName(),
        row.getSenderId(),
        Json.MAPPER.readTree(row.getMessage().data()),
        row.getPriority(),
        row.getOnDoubt(),
        row.getScheduledAt(),
        row.getWindowStart(),
        row.getWindowEnd(),
        row.getTimeZone(),
        row.getLocalTime(),
        row.getIgnoreCap(),
        row.getExternalId());
  }

  /** Returns the same with another start time. */
  Draft at(@Nullable Instant time) {
    return new Draft(
        name,
        sender,
        message,
        priority,
        onDoubt,
        time,
        windowStart,
        windowEnd,
        timeZone,
        localTime,
        ignoreCap,
        externalId);
  }
}
