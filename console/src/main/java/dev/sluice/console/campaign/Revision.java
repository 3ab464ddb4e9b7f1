package dev.sluice.console.campaign;

import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** One change of a campaign that has not started: its template is checked before it is made. */
final class Revision {
  /** PostgreSQL's SQLSTATE for a key that another row has. */
  private static final String UNIQUE_VIOLATION = "23505";

  private final DSLContext sql;
  private final CampaignRows rows;
  private final UUID id;
  private final CampaignChange change;
  private final Optional<KnownTime> known;
  private final Caller author;

  /** The campaign as it would have been when its template was checked; null if it was not. */
  private @Nullable Draft checked;

  /**
   * Creates the change.
   *
   * @param known on whose condition it is made
   */
  Revision(
      DSLContext sql,
      CampaignRows rows,
      UUID id,
      CampaignChange change,
      Optional<KnownTime> known,
      Caller author) {
    this.sql = sql;
    this.rows = rows;
    this.id = id;
    this.change = change;
    this.known = known;
    this.author = author;
  }

  /** Returns the template of a campaign that starts by itself after the change, if it has one. */
  Optional<TemplateStates.Used> template() {
    CampaignRecord row = rows.open(id);
    // Faults of the change itself are reported first.
    columns(sql, row);
    Draft after = change.of(Draft.of(row));
    // Looked at twice, but compared with the provider's list once.
    requireChecked(after);
    checked = after;
    return Campaigns.template(sql, after);
  }

  /**
   * Makes the change, and the campaign visible again if it was archived. Refuses to while
   * recipients are added to it.
   *
   * @param answer reads what is shown of it, while nobody else can change it, and may refuse the
   *     change or store more along with it
   */
  <T> T make(Function<DSLContext, T> answer) {
    try {
      return rows.changeOpen(
          id,
          (inside, row) -> {
            Map<Field<?>, @Nullable Object> columns = columns(inside, row);
            requireChecked(change.of(Draft.of(row)));
            return columns;
          },
          answer);
    } catch (DataAccessException e) {
      throw UNIQUE_VIOLATION.equals(e.sqlState())
          ? Campaigns.taken(change.values().externalId())
          : e;
    }
  }

  /** Another change since the check may have brought another template, or the start time. */
  private void requireChecked(Draft after) {
    Draft seen = checked;
    if (seen != null
        && after.scheduledAt() != null
        && (seen.scheduledAt() == null
            || !Objects.equals(seen.sender(), after.sender())
            || !Objects.equals(seen.message(), after.message()))) {
      throw CampaignRows.held();
    }
  }

  private Map<Field<?>, @Nullable Object> columns(DSLContext inside, CampaignRecord row) {
    Draft before = Draft.of(row);
    known.ifPresent(time -> time.require(before.scheduledAt()));
    Draft draft = change.of(before);
    if (draft.localTime() != null) {
      if (before.localTime() == null) {
        requireNoRecipients(inside, "localTime");
      } else if (change.concerns("timeZone")
          && !DraftColumns.zone(draft.timeZone()).equals(before.timeZone())) {
        requireNoRecipients(inside, "timeZone");
      }
    }
    Map<Field<?>, @Nullable Object> columns = DraftColumns.of(inside, draft);
    columns.putAll(
        FourEyes.of(row).after(change.forApproval(row.getStatus(), before, draft), author));
    if (change.concerns("timeZone")) {
      TimeZones.requireRegion(draft.timeZone());
    }
    if (change.concerns("scheduledAt")) {
      Campaigns.requireToCome(draft);
      columns.put(CAMPAIGN.STATUS, draft.scheduledAt() == null ? DRAFT : SCHEDULED);
    }
    columns.put(CAMPAIGN.ARCHIVED_AT, null);
    return columns;
  }

  /**
   * Time zones are found while recipients are added, only for a campaign that needs them, and often
   * guessed by its own.
   */
  private void requireNoRecipients(DSLContext inside, String field) {
    if (inside.fetchExists(CAMPAIGN_RECIPIENT, CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(id))) {
      throw ProblemException.conflict(
              "The campaign has recipients, and their time zones are found while they are added."
                  + " Give \""
                  + field
                  + "\" before: duplicate the campaign without its recipients, and add them to the"
                  + " copy once it is changed.")
          .with("field", field);
    }
  }
}
