package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignStatus;
import java.time.Instant;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * A campaign's progress according to its row.
 *
 * @param externalId the upstream's own key of the campaign, or null if it has none
 * @param completedAt when it completed or was cancelled
 */
public record CampaignStanding(
    CampaignStatus status,
    int round,
    @Nullable String externalId,
    CampaignEvent.Counts counts,
    @Nullable Instant completedAt) {

  static final List<Field<?>> COLUMNS =
      List.of(
          CAMPAIGN.ID,
          CAMPAIGN.STATUS,
          CAMPAIGN.ROUND,
          CAMPAIGN.EXTERNAL_ID,
          CAMPAIGN.TOTAL,
          CAMPAIGN.SENT,
          CAMPAIGN.DELIVERED,
          CAMPAIGN.READ,
          CAMPAIGN.FAILED,
          CAMPAIGN.UNCONFIRMED,
          CAMPAIGN.SUPPRESSED,
          CAMPAIGN.COMPLETED_AT);

  static CampaignStanding of(Record row) {
    long total = row.get(CAMPAIGN.TOTAL);
    long sent = row.get(CAMPAIGN.SENT);
    long delivered = row.get(CAMPAIGN.DELIVERED);
    long read = row.get(CAMPAIGN.READ);
    long failed = row.get(CAMPAIGN.FAILED);
    long unconfirmed = row.get(CAMPAIGN.UNCONFIRMED);
    long suppressed = row.get(CAMPAIGN.SUPPRESSED);
    return new CampaignStanding(
        row.get(CAMPAIGN.STATUS),
        row.get(CAMPAIGN.ROUND),
        row.get(CAMPAIGN.EXTERNAL_ID),
        new CampaignEvent.Counts(
            total,
            total - sent - delivered - read - failed - unconfirmed - suppressed,
            sent,
            delivered,
            read,
            failed,
            unconfirmed,
            suppressed),
        row.get(CAMPAIGN.COMPLETED_AT));
  }
}
