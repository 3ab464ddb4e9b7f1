package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Adds recipients to a campaign that has not started. Rows stream through in batches; the good ones
 * of a request are committed together or not at all.
 */
final class RecipientImport {
  private static final int BATCH = 5_000;

  /** Rejected rows that are listed; more are only counted. */
  private static final int LISTED = 10_000;

  private final DSLContext sql;
  private final PhoneNumbers phoneNumbers;

  RecipientImport(DSLContext sql, PhoneNumbers phoneNumbers) {
    this.sql = sql;
    this.phoneNumbers = phoneNumbers;
  }

  /**
   * A row as it was read.
   *
   * @param line where it began, from 1
   * @param fault why it cannot be used whatever its number, or null
   */
  record Row(long line, String phone, Map<String, String> variables, @Nullable String fault) {
    static Row of(long line, String phone, Map<String, String> variables) {
      return new Row(line, phone, variables, null);
    }

    static Row unusable(long line, String fault) {
      return new Row(line, "", Map.of(), fault);
    }
  }

  /** A row that was not taken. */
  record Rejected(long line, String reason) {}

  /**
   * What came of an import.
   *
   * @param accepted recipients added
   * @param duplicates rows whose number the file or the campaign already had
   * @param rejectedCount rows that were not taken
   * @param rejected the first of them
   */
  record Report(long accepted, long duplicates, long rejectedCount, List<Rejected> rejected) {}

  Report run(UUID campaignId, Iterator<Row> rows) {
    return sql.transactionResult(transaction -> {
      requireOpen(transaction.dsl(), campaignId);
      return new Running(transaction.dsl(), campaignId).consume(rows);
    });
  }

  /** Holds the row, so that the campaign cannot start while recipients are added. */
  private static void requireOpen(DSLContext inside, UUID campaignId) {
    CampaignStatus status =
        inside
            .select(CAMPAIGN.STATUS)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .forShare()
            .fetchOptional(CAMPAIGN.STATUS)
            .orElseThrow(
                () -> ProblemException.notFound("There is no campaign " + campaignId + "."));
    if (status != CampaignStatus.DRAFT && status != CampaignStatus.SCHEDULED) {
      throw ProblemException.conflict(
          "The campaign is " + status + ": its recipients are fixed once it has started.");
    }
  }

  private final class Running {
    private final DSLContext inside;
    private final UUID campaignId;
    private final Map<String, Row> batch = new LinkedHashMap<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private long rejectedCount;
    private long accepted;
    private long duplicates;

    private Running(DSLContext inside, UUID campaignId) {
      this.inside = inside;
      this.campaignId = campaignId;
    }

    private Report consume(Iterator<Row> rows) {
      while (rows.hasNext()) {
        take(rows.next());
        if (batch.size() == BATCH) {
          insert();
        }
      }
      insert();
      return new Report(accepted, duplicates, rejectedCount, rejected);
    }

    private void take(Row row) {
      if (row.fault() != null) {
        reject(row.line(), row.fault());
        return;
      }
      switch (phoneNumbers.parse(row.phone())) {
        case PhoneNumbers.Valid(String e164) -> {
          if (batch.putIfAbsent(e164, row) != null) {
            duplicates++;
          }
        }
        case PhoneNumbers.Invalid(String reason) -> reject(row.line(), reason);
      }
    }

    private void reject(long line, String reason) {
      rejectedCount++;
      if (rejected.size() < LISTED) {
        rejected.add(new Rejected(line, reason));
      }
    }

    private void insert() {
      if (batch.isEmpty()) {
        return;
      }
      String[] phones = batch.keySet().toArray(String[]::new);
      String[] variables =
          batch.values().stream()
              .map(row -> Json.MAPPER.writeValueAsString(new HashMap<>(row.variables())))
              .toArray(String[]::new);
      int added =
          inside.execute(
              """
              INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
              SELECT ?, phone, variables::jsonb
              FROM unnest(?::text[], ?::text[]) AS added (phone, variables)
              ON CONFLICT (campaign_id, phone) DO NOTHING
              """,
              campaignId,
              phones,
              variables);
      accepted += added;
      duplicates += batch.size() - added;
      batch.clear();
    }
  }
}
