package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * The authors of a campaign that has not started, and the approver of its start. With approval,
 * nobody starts a campaign of which they wrote any part, and an approved campaign stays as it is.
 *
 * @param authors the users who wrote any part of it
 * @param approvedBy the user who scheduled or started it, or null
 */
record FourEyes(CampaignStatus status, List<String> authors, @Nullable String approvedBy) {

  /**
   * A change.
   *
   * @param content whether it changes anything but the start time
   * @param moved whether it changes the start time
   * @param withdrawn whether it asks for no start time
   * @param scheduled whether the campaign starts by itself afterwards
   */
  record Change(boolean content, boolean moved, boolean withdrawn, boolean scheduled) {}

  static FourEyes of(CampaignRecord row) {
    List<String> authors = Stream.of(row.getAuthors()).filter(Objects::nonNull).toList();
    return new FourEyes(row.getStatus(), authors, row.getApprovedBy());
  }

  /** Returns the authors of a new campaign. */
  static String[] first(Caller author) {
    return author.name().stream().toArray(String[]::new);
  }

  /** Refuses a new campaign that would start by itself. */
  static void requireNoStart(Caller author) {
    if (author.needsFourEyes()) {
      throw ProblemException.forbidden(
          "A campaign with a start time starts by itself. Create it without one; somebody else"
              + " with the right to approve sets it.");
    }
  }

  /** Refuses further authors of what is approved. */
  void requireUnapproved(Caller author) {
    author.requireUnapproved(status == CampaignStatus.SCHEDULED || approvedBy != null);
  }

  /** Refuses a start by those who wrote it, and by those who may not approve. */
  void requireStart(Caller caller) {
    caller.requireStart();
    if (caller.needsFourEyes() && caller.name().filter(authors::contains).isPresent()) {
      throw ProblemException.forbidden(
          caller.name().orElseThrow()
              + " wrote at least part of this campaign, so someone else must start it.");
    }
  }

  /** Returns the columns that a change by this caller sets. */
  Map<Field<?>, @Nullable Object> after(Change change, Caller caller) {
    if (caller.needsFourEyes()) {
      requireAllowed(change, caller);
    }
    Map<Field<?>, @Nullable Object> columns = new LinkedHashMap<>();
    if (change.content()) {
      columns.put(CAMPAIGN.AUTHORS, with(caller));
    }
    if (change.content() || change.moved() || change.withdrawn() || isStart(change)) {
      boolean approved = change.scheduled() && caller.needsFourEyes();
      columns.put(CAMPAIGN.APPROVED_BY, approved ? caller.name().orElseThrow() : null);
    }
    return columns;
  }

  private void requireAllowed(Change change, Caller caller) {
    boolean onItsWay = status == CampaignStatus.DRAFT && approvedBy != null;
    if (change.content()) {
      caller.requireUnapproved(change.scheduled() || onItsWay);
    }
    // Also a time that nobody approved: the producer may have read it, and starts what it finds.
    boolean takesBack = change.withdrawn() && (onItsWay || status == CampaignStatus.SCHEDULED);
    if (isStart(change) || takesBack) {
      requireStart(caller);
    }
  }

  /** Other programs give drafts a time, at which nothing starts until they are scheduled. */
  private boolean isStart(Change change) {
    return change.scheduled() && (change.moved() || status != CampaignStatus.SCHEDULED);
  }

  /** Returns the authors, with another one. */
  String[] with(Caller author) {
    return Stream.concat(authors.stream(), author.name().stream())
        .distinct()
        .toArray(String[]::new);
  }
}
