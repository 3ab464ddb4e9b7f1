package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.http.Exports;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.SelectForUpdateStep;
import org.jooq.SelectLimitStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a campaign's recipients for an export, each read by an index from where the last one
 * ended: by number, as that order stays while statuses change, so that no recipient is exported
 * twice or left out; or by the one status that is wanted, so that no others are skipped over.
 *
 * @param statuses the statuses to export; empty for all
 * @param reason the error code of the recipients to export, {@code none} for those without one, or
 *     null for all
 * @param exports in whose turns the pages are read
 */
record ExportPages(
    DSLContext sql,
    UUID campaignId,
    Set<RecipientStatus> statuses,
    @Nullable String reason,
    Exports exports) {

  /** The reason of those who have no code, such as people who have opted out. */
  private static final String WITHOUT_CODE = "none";

  /** Characters of variables after which a page ends; a page has one recipient at least. */
  static final int PAGE_CHARACTERS = 2 * 1024 * 1024;

  /** Recipients whose variables' names are read if all are too many. */
  static final int FIRST = 50_000;

  private static final Duration NAMES_WITHIN = Duration.ofSeconds(10);

  /** Recipients of the longest page. */
  static final int LONGEST_PAGE = 5_000;

  /** Rows that the driver takes into memory at a time, of at most 64 KB of variables each. */
  private static final int FETCHED = 50;

  /** Some recipients, and whether nobody comes after them. */
  record Page(List<? extends Record> recipients, boolean last) {}

  /**
   * Names of variables, in order.
   *
   * @param complete whether they are those of all recipients
   */
  record Names(SortedSet<String> names, boolean complete) {}

  /**
   * Returns the names of the recipients' variables; of the first ones' only, if reading all takes
   * longer than others who export can wait.
   *
   * @param most how many at most
   * @param longest characters to which each is cut
   */
  Names variables(int most, int longest) {
    return variables(most, longest, NAMES_WITHIN);
  }

  Names variables(int most, int longest, Duration within) {
    return exports
        .page(() ->
            Briefly.read(
                sql,
                within,
                Set.of(),
                inside -> new Names(names(inside, everybody(), most, longest), true)))
        .orElseGet(() ->
            read(inside -> {
              var first = page(inside, Recipients.Place.START, FIRST);
              return new Names(names(inside, first, most, longest), false);
            }));
  }

  private Select<?> everybody() {
    return select(StoredVariables.WITHIN_BOUND).from(CAMPAIGN_RECIPIENT).where(wanted());
  }

  private static SortedSet<String> names(
      DSLContext inside, ResultQuery<?> recipients, int most, int longest) {
    return new TreeSet<>(
        inside
            .resultQuery(
                "SELECT DISTINCT left(name, {1}) FROM ({0}) AS people,"
                    + " jsonb_object_keys(variables) AS name LIMIT {2}",
                recipients, DSL.inline(longest), DSL.inline(most))
            .fetch(0, String.class));
  }

  /** Returns the next recipients. They are counted as they come, so that memory is bounded. */
  Page after(Recipients.Place place) {
    return read(inside -> {
      List<Record> recipients = new ArrayList<>();
      int characters = 0;
      try (Cursor<? extends Record> rows =
          page(inside, place, LONGEST_PAGE).fetchSize(FETCHED).fetchLazy()) {
        for (Record recipient : rows) {
          recipients.add(recipient);
          characters += StoredVariables.length(recipient);
          if (characters >= PAGE_CHARACTERS) {
            break;
          }
        }
      }
      boolean last = characters < PAGE_CHARACTERS && recipients.size() < LONGEST_PAGE;
      return new Page(recipients, last);
    });
  }

  ResultQuery<? extends Record> page(DSLContext inside, Recipients.Place place, int limit) {
    var r = CAMPAIGN_RECIPIENT;
    var recipients =
        inside
            .select(
                r.ID,
                r.PHONE,
                r.EXTERNAL_ID,
                r.STATUS,
                r.ERROR_CODE,
                r.CREATED_AT,
                r.UPDATED_AT,
                r.SENT_AT,
                r.DELIVERED_AT,
                r.READ_AT,
                r.FAILED_AT,
                r.PROVIDER_MESSAGE_ID,
                StoredVariables.WITHIN_BOUND)
            .from(r)
            .where(wanted());
    SelectLimitStep<? extends Record> ordered =
        statuses.size() == 1
            ? recipients
                .and(row(r.CREATED_AT, r.ID).gt(val(place.createdAt()), val(place.id())))
                .orderBy(r.CREATED_AT, r.ID)
            : recipients.and(r.PHONE.gt(place.phone())).orderBy(r.PHONE);
    SelectForUpdateStep<? extends Record> page = ordered.limit(limit);
    return page;
  }

  private Condition wanted() {
    var r = CAMPAIGN_RECIPIENT;
    Condition mine =
        r.CAMPAIGN_ID.eq(campaignId).and(reason == null ? noCondition() : withReason(reason));
    return switch (statuses.size()) {
      case 0 -> mine;
      case 1 -> mine.and(r.STATUS.eq(statuses.iterator().next()));
      default -> mine.and(r.STATUS.in(statuses));
    };
  }

  private static Condition withReason(String reason) {
    return reason.equals(WITHOUT_CODE)
        ? CAMPAIGN_RECIPIENT.ERROR_CODE.isNull()
        : CAMPAIGN_RECIPIENT.ERROR_CODE.eq(reason);
  }

  /**
   * Right after an import PostgreSQL does not know how many recipients there are, and would sort
   * them all.
   */
  private <T> T read(Function<DSLContext, T> query) {
    return exports.page(() ->
        sql.transactionResult(transaction -> {
          transaction
              .dsl()
              .execute("SET LOCAL enable_sort = off; SET LOCAL statement_timeout = '60s'");
          return query.apply(transaction.dsl());
        }));
  }
}
