package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignStatus;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Adds recipients to a campaign that has not started. The good rows of a request are committed
 * together or not at all.
 */
public final class RecipientImport {
  /** PostgreSQL's SQLSTATEs for a row that others hold for too long, or that each waits for. */
  private static final Set<String> HELD = Set.of("55P03", "40P01");

  private final DSLContext sql;

  public RecipientImport(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * What came of an import.
   *
   * @param accepted recipients added
   * @param duplicates rows whose number or external id the file or the campaign already had
   * @param rejectedCount rows that were not taken
   * @param rejected the first of them
   * @param missing variables of the message that good rows lack, or null if there are none
   */
  public record Report(
      long accepted,
      long duplicates,
      long rejectedCount,
      List<Rejections.Rejected> rejected,
      @Nullable Missing missing) {}

  /**
   * Takes the rows in.
   *
   * @param missingAccepted whether variables may be missing although the campaign starts by itself
   */
  public Report run(
      UUID campaignId, Iterator<Rows.Row> rows, RowRules rules, boolean missingAccepted) {
    GoodRows good = new GoodRows(rows, rules);
    // However many come before it, nothing is held for them.
    good.skipToFirst();
    try {
      return inOneTransaction(campaignId, good, missingAccepted);
    } catch (DataAccessException e) {
      if (!HELD.contains(e.sqlState())) {
        throw e;
      }
      throw ProblemException.conflict(
          "The same people are being added to the campaign just now, or it is being changed; nobody"
              + " of this file was added. Try again afterwards.");
    }
  }

  private Report inOneTransaction(UUID campaignId, GoodRows rows, boolean missingAccepted) {
    return sql.transactionResult(transaction -> {
      Open campaign = open(transaction.dsl(), campaignId);
      Report report;
      try (RecipientCopy copy = new RecipientCopy(transaction.dsl(), campaignId)) {
        report = consume(rows, copy, new Missing.Tally(campaign.variables()));
      }
      if (campaign.scheduled() && report.missing() != null && !missingAccepted) {
        throw report.missing().problem("It starts by itself, so nobody was added.");
      }
      return report;
    });
  }

  private record Open(boolean scheduled, Set<String> variables) {}

  /** Holds the row, so that the campaign cannot start while recipients are added. */
  private static Open open(DSLContext inside, UUID campaignId) {
    var row =
        inside
            .select(CAMPAIGN.STATUS, CAMPAIGN.MESSAGE)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .forShare()
            .fetchOptional()
            .orElseThrow(
                () -> ProblemException.notFound("There is no campaign " + campaignId + "."));
    CampaignStatus status = row.value1();
    if (status != CampaignStatus.DRAFT && status != CampaignStatus.SCHEDULED) {
      throw ProblemException.conflict(
          "The campaign is " + status + ": its recipients are fixed once it has started.");
    }
    return new Open(status == CampaignStatus.SCHEDULED, Missing.variablesOf(row.value2()));
  }

  private static Report consume(GoodRows rows, RecipientCopy copy, Missing.Tally tally) {
    while (rows.hasNext()) {
      RowRules.Usable recipient = rows.next();
      tally.take(recipient.variables());
      copy.add(recipient);
    }
    RecipientCopy.Counts counts = copy.finish();
    return rows.rejections().report(counts.added(), counts.duplicates(), tally.missing());
  }
}
