package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignStatus;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Adds recipients to a campaign that has not started. The usable rows of a request are committed
 * together or not at all.
 */
public final class RecipientImport {
  /** PostgreSQL's SQLSTATEs for a row that is locked for too long, and for a deadlock. */
  private static final Set<String> HELD = Set.of("55P03", "40P01");

  private final DSLContext sql;

  public RecipientImport(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * The result of an import.
   *
   * @param accepted recipients added
   * @param duplicates rows whose number or external id the file or the campaign already had
   * @param rejectedCount rows that were not taken
   * @param rejected the first of them
   * @param empty how many usable rows have nothing in a variable of the message, by its name: they
   *     are sent the message with a gap, or nothing if a template needs it, and a line broken in
   *     two looks like this
   * @param missing variables of the message that usable rows lack, or null if there are none
   */
  public record Report(
      long accepted,
      long duplicates,
      long rejectedCount,
      List<Rejections.Rejected> rejected,
      Map<String, Long> empty,
      @Nullable Missing missing) {}

  /**
   * The objections that the caller accepts for a campaign that starts by itself.
   *
   * @param missing variables of the message may be missing
   * @param late its time may have passed, so that it starts as soon as the recipients are there
   */
  public record Accepted(boolean missing, boolean late) {
    public static final Accepted NOTHING = new Accepted(false, false);

    public static Accepted of(Context context) {
      return new Accepted(
          Missing.isAccepted(context), "true".equals(context.queryParam("acceptLate")));
    }
  }

  /**
   * Returns whether rows for a campaign may hold time zones: it has a local time. In files for any
   * other they are variables.
   */
  public boolean takesZones(UUID campaignId) {
    return sql.fetchExists(
        CAMPAIGN, CAMPAIGN.ID.eq(campaignId).and(CAMPAIGN.LOCAL_TIME.isNotNull()));
  }

  /** Takes the rows in. */
  public Report run(
      UUID campaignId, Iterator<Rows.Row> rows, RowRules rules, Accepted accepted, Caller author) {
    GoodRows good = new GoodRows(rows, rules);
    // However many rows come before it, nothing is locked for them.
    good.skipToFirst();
    try {
      return inOneTransaction(campaignId, good, accepted, author);
    } catch (DataAccessException e) {
      if (!HELD.contains(e.sqlState())) {
        throw e;
      }
      throw ProblemException.conflict(
          "The same people are being added to the campaign just now, or it is being changed; nobody"
              + " of this file was added. Try again afterwards.");
    }
  }

  private Report inOneTransaction(
      UUID campaignId, GoodRows rows, Accepted accepted, Caller author) {
    return sql.transactionResult(transaction -> {
      Open campaign = open(transaction.dsl(), campaignId);
      author.requireUnapproved(campaign.scheduledAt() != null || campaign.isApproved());
      if (!accepted.late()) {
        campaign.requireInTime();
      }
      Report report;
      try (RecipientCopy copy = new RecipientCopy(transaction.dsl(), campaignId)) {
        report = consume(rows, copy, campaign.zones(), new Missing.Tally(campaign.needs()));
      }
      if (campaign.scheduledAt() != null && report.missing() != null && !accepted.missing()) {
        throw report.missing().problem("It starts by itself, so nobody was added.");
      }
      return report;
    });
  }

  /**
   * A campaign that has not started.
   *
   * @param scheduledAt when it starts by itself, or null if it does not
   * @param zones the recipients' time zones; null if it has no local time
   * @param isApproved whether somebody has approved its start
   */
  private record Open(
      @Nullable Instant scheduledAt, Needs needs, @Nullable NumberZones zones, boolean isApproved) {

    /** It has waited for recipients: nobody may want it to start at this hour any more. */
    void requireInTime() {
      if (scheduledAt != null && !scheduledAt.isAfter(Instant.now())) {
        throw ProblemException.conflict(
                "The campaign was to start at "
                    + scheduledAt
                    + " and would start now, with these recipients; nobody was added. Give it"
                    + " another time, or repeat it with acceptLate=true if that is meant.")
            .with("late", scheduledAt);
      }
    }
  }

  /** Locks the campaign's row, so that it neither starts nor changes while recipients are added. */
  private static Open open(DSLContext inside, UUID campaignId) {
    var row =
        inside
            .select(
                CAMPAIGN.STATUS,
                CAMPAIGN.MESSAGE,
                CAMPAIGN.SCHEDULED_AT,
                CAMPAIGN.ARCHIVED_AT,
                CAMPAIGN.LOCAL_TIME,
                CAMPAIGN.TIME_ZONE,
                CAMPAIGN.APPROVED_BY)
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
    if (row.value4() != null) {
      throw ProblemException.conflict(
          "The campaign is archived, so no recipients were added. Editing it restores it.");
    }
    return new Open(
        status == CampaignStatus.SCHEDULED ? row.value3() : null,
        Needs.of(row.value2()),
        row.value5() == null ? null : new NumberZones(row.value6(), sent(row.value3())),
        row.value7() != null);
  }

  /** Returns when recipients are probably sent to, as far as is known. */
  private static Instant sent(@Nullable Instant scheduledAt) {
    Instant now = Instant.now();
    return scheduledAt == null || scheduledAt.isBefore(now) ? now : scheduledAt;
  }

  private static Report consume(
      GoodRows rows, RecipientCopy copy, @Nullable NumberZones zones, Missing.Tally tally) {
    while (rows.hasNext()) {
      RowRules.Usable recipient = rows.next();
      tally.take(recipient.variables());
      String zone = recipient.timeZone();
      copy.add(recipient, zone == null && zones != null ? zones.of(recipient.phone()) : zone);
    }
    RecipientCopy.Counts counts = copy.finish();
    return rows.rejections().report(counts.added(), counts.duplicates(), tally);
  }
}
