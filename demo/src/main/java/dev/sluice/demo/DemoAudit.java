package dev.sluice.demo;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Audits a campaign's rows in PostgreSQL, using its own connection. */
final class DemoAudit {
  private final DSLContext sql;
  private final UUID campaignId;

  DemoAudit(DSLContext sql, UUID campaignId) {
    this.sql = sql;
    this.campaignId = campaignId;
  }

  boolean completed() {
    return sql.select(CAMPAIGN.STATUS)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .fetchSingle(CAMPAIGN.STATUS)
        == CampaignStatus.COMPLETED;
  }

  /** Returns when the last recipient was settled. */
  Instant completedAt() {
    return sql.select(CAMPAIGN.COMPLETED_AT)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchSingle(CAMPAIGN.COMPLETED_AT);
  }

  Map<RecipientStatus, Integer> rows() {
    return sql.select(CAMPAIGN_RECIPIENT.STATUS, count())
        .from(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaignId))
        .groupBy(CAMPAIGN_RECIPIENT.STATUS)
        .fetchMap(CAMPAIGN_RECIPIENT.STATUS, count());
  }

  /** Returns why recipients failed or are unconfirmed, most frequent first. */
  List<String> reasons(int most) {
    return sql.select(
            CAMPAIGN_RECIPIENT.STATUS,
            CAMPAIGN_RECIPIENT.ERROR_CODE,
            CAMPAIGN_RECIPIENT.ERROR_DETAIL,
            count())
        .from(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaignId))
        .and(CAMPAIGN_RECIPIENT.STATUS.in(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED))
        .groupBy(
            CAMPAIGN_RECIPIENT.STATUS,
            CAMPAIGN_RECIPIENT.ERROR_CODE,
            CAMPAIGN_RECIPIENT.ERROR_DETAIL)
        .orderBy(count().desc())
        .limit(most)
        .fetch(
            row -> row.value1() + " × " + row.value4() + ": " + row.value2() + ", " + row.value3());
  }

  /**
   * Returns what is wrong, in words; empty if every recipient is settled and the counters equal the
   * rows.
   */
  List<String> faults() {
    // One snapshot, as receipts may still be written.
    return sql.transactionResult(transaction -> {
      transaction.dsl().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      return new DemoAudit(transaction.dsl(), campaignId).faultsNow();
    });
  }

  private List<String> faultsNow() {
    Record campaign = sql.selectFrom(CAMPAIGN).where(CAMPAIGN.ID.eq(campaignId)).fetchSingle();
    Map<RecipientStatus, Integer> rows = rows();
    List<String> faults = new ArrayList<>();
    int pending = rows.getOrDefault(RecipientStatus.PENDING, 0);
    if (pending > 0) {
      faults.add(pending + " recipients are not settled");
    }
    Map<RecipientStatus, Long> counters =
        Map.of(
            RecipientStatus.SENT, campaign.get(CAMPAIGN.SENT),
            RecipientStatus.DELIVERED, campaign.get(CAMPAIGN.DELIVERED),
            RecipientStatus.READ, campaign.get(CAMPAIGN.READ),
            RecipientStatus.FAILED, campaign.get(CAMPAIGN.FAILED),
            RecipientStatus.UNCONFIRMED, campaign.get(CAMPAIGN.UNCONFIRMED),
            RecipientStatus.SUPPRESSED, campaign.get(CAMPAIGN.SUPPRESSED));
    counters.forEach((status, counter) -> {
      long actual = rows.getOrDefault(status, 0);
      if (counter != actual) {
        faults.add("the counter of " + status + " is " + counter + ", the rows are " + actual);
      }
    });
    return faults;
  }
}
