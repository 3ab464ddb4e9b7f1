package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.unnest;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record4;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A campaign's recipients, page by page, each read by an index from where the last one ended
 * (keyset): in the order in which they were added, or in the order of their numbers if numbers are
 * searched. Neither reads other campaigns' rows.
 */
public final class Recipients {
  private static final int PAGE = 100;

  /** No number in E.164 is longer than this, or sorts after it among those with the same prefix. */
  private static final String LAST = "9".repeat(15);

  static final List<Field<?>> COLUMNS =
      CAMPAIGN_RECIPIENT
          .fieldStream()
          .<Field<?>>map(column ->
              column.equals(CAMPAIGN_RECIPIENT.VARIABLES) ? StoredVariables.WITHIN_BOUND : column)
          .toList();

  /** How long counting may take: a user waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** PostgreSQL's SQLSTATE for a statement that took too long. */
  private static final String TOO_LONG = "57014";

  private final DSLContext sql;

  /** The recipient after which a page begins. */
  record Place(Instant createdAt, long id, String phone) {
    static final Place START = new Place(Instant.parse("0001-01-01T00:00:00Z"), 0, "");
  }

  public Recipients(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Returns the next recipients after the given one.
   *
   * @param status only those, or null for all
   * @param beginnings only those whose number begins like one of these, each with a plus and none
   *     the beginning of another, or null for all
   * @param after the id of the last one seen, or 0
   * @return {@code recipients}, and {@code next}, the {@code after} of the next page, if there is
   *     one
   */
  public Map<String, @Nullable Object> page(
      UUID campaignId,
      @Nullable RecipientStatus status,
      @Nullable List<String> beginnings,
      long after) {
    Place place = after <= 0 ? Place.START : place(campaignId, after);
    List<Map<String, @Nullable Object>> page =
        beginnings == null
            ? inOrder(campaignId, status, place).fetch(Recipients::view)
            : found(campaignId, status, beginnings, place);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("recipients", page);
    answer.put("next", page.size() < PAGE ? null : page.getLast().get("id"));
    return answer;
  }

  /**
   * Returns the next recipients that have a text anywhere in their number, key or variables.
   *
   * @param after the id of the last one looked at, or 0
   * @return as {@link #page}, with {@code searched}, how many were looked through, if there may be
   *     more; it may be that none of them is one
   */
  public Map<String, @Nullable Object> containing(
      UUID campaignId,
      String text,
      @Nullable RecipientStatus status,
      @Nullable List<String> beginnings,
      long after) {
    Place place = after <= 0 ? Place.START : place(campaignId, after);
    RecipientSearch.Found found =
        new RecipientSearch(sql, campaignId, status, beginnings, text).after(place, PAGE);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("recipients", found.recipients().stream().map(Recipients::view).toList());
    answer.put("next", found.next());
    answer.put("searched", found.searched());
    return answer;
  }

  private Place place(UUID campaignId, long id) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.CREATED_AT, r.ID, r.PHONE)
        .from(r)
        .where(r.ID.eq(id))
        .and(r.CAMPAIGN_ID.eq(campaignId))
        .fetchOptional(row -> new Place(row.value1(), row.value2(), row.value3()))
        .orElseThrow(() ->
            ProblemException.badRequest(
                "\"after\" is the id of the last recipient seen of this campaign."));
  }

  /**
   * Reads a page of each status by the page index, which begins with the status, and takes the
   * first of them all.
   */
  ResultQuery<? extends Record> inOrder(
      UUID campaignId, @Nullable RecipientStatus status, Place after) {
    var r = CAMPAIGN_RECIPIENT;
    String[] statuses =
        Stream.of(RecipientStatus.values())
            .filter(one -> status == null || status == one)
            .map(Enum::name)
            .toArray(String[]::new);
    Table<?> wanted = unnest(val(statuses)).as("wanted", "status");
    Table<?> pages =
        lateral(
                select(COLUMNS)
                    .from(r)
                    .where(r.CAMPAIGN_ID.eq(campaignId))
                    .and(r.STATUS.eq(field(name("wanted", "status"), r.STATUS.getDataType())))
                    .and(row(r.CREATED_AT, r.ID).gt(val(after.createdAt()), val(after.id())))
                    .orderBy(r.CREATED_AT, r.ID)
                    .limit(PAGE))
            .as("pages");
    return sql.select(pages.fields())
        .from(wanted)
        .crossJoin(pages)
        .orderBy(pages.field(r.CREATED_AT), pages.field(r.ID))
        .limit(PAGE);
  }

  private List<Map<String, @Nullable Object>> found(
      UUID campaignId, @Nullable RecipientStatus status, List<String> beginnings, Place after) {
    return beginnings.stream()
        .flatMap(one -> search(campaignId, status, one, after).fetch(Recipients::view).stream())
        .sorted(Comparator.comparing(row -> String.valueOf(row.get("phone"))))
        .limit(PAGE)
        .toList();
  }

  /** Numbers with the same prefix are adjacent in the index of the campaign's numbers. */
  ResultQuery<? extends Record> search(
      UUID campaignId, @Nullable RecipientStatus status, String beginning, Place after) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(COLUMNS)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.PHONE.between(beginning, (beginning + LAST).substring(0, LAST.length() + 1)))
        .and(r.PHONE.gt(after.phone()))
        .and(status == null ? noCondition() : r.STATUS.eq(status))
        .orderBy(r.PHONE)
        .limit(PAGE);
  }

  /**
   * Returns why recipients failed, are in doubt or were skipped, the most frequent reason first.
   * Recipients who have opted out or are suppressed otherwise have no code.
   */
  public List<Map<String, @Nullable Object>> errors(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    // Few of those who are skipped have a code, which an index of its own finds; how many have none
    // follows from the campaign's counter.
    return sql.select(r.ERROR_CODE, r.STATUS, count(), min(r.ERROR_DETAIL))
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.in(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED))
        .groupBy(r.ERROR_CODE, r.STATUS)
        .unionAll(skippedWithCode(campaignId))
        .unionAll(
            select(
                    inline(null, r.ERROR_CODE),
                    inline(RecipientStatus.SUPPRESSED, r.STATUS),
                    skippedWithoutCode(campaignId),
                    inline(null, r.ERROR_DETAIL))
                .from(CAMPAIGN)
                .where(CAMPAIGN.ID.eq(campaignId))
                .and(skippedWithoutCode(campaignId).gt(0)))
        .orderBy(field("3").desc(), field("1"))
        .fetch(row -> {
          Map<String, @Nullable Object> view = new LinkedHashMap<>();
          view.put("code", row.value1());
          view.put("status", row.value2());
          view.put("count", row.value3());
          view.put("words", ErrorWords.of(row.value2(), row.value1()));
          view.put("retryHelps", ErrorWords.retryHelps(row.value2(), row.value1()));
          view.put("detail", row.value4());
          return view;
        });
  }

  private static Select<Record4<String, RecipientStatus, Integer, String>> skippedWithCode(
      UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.ERROR_CODE, r.STATUS, count(), min(r.ERROR_DETAIL))
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(inline(RecipientStatus.SUPPRESSED)))
        .and(r.ERROR_CODE.isNotNull())
        .groupBy(r.ERROR_CODE, r.STATUS);
  }

  private static Field<Integer> skippedWithoutCode(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return CAMPAIGN
        .SUPPRESSED
        .cast(SQLDataType.INTEGER)
        .minus(
            field(
                selectCount()
                    .from(r)
                    .where(r.CAMPAIGN_ID.eq(campaignId))
                    .and(r.STATUS.eq(inline(RecipientStatus.SUPPRESSED)))
                    .and(r.ERROR_CODE.isNotNull())));
  }

  /**
   * Returns how many of these recipients get nothing, because they have opted out or are suppressed
   * otherwise.
   *
   * @param code only those with this error code, or null for all
   * @return null if checking all of them takes too long
   */
  public @Nullable Long suppressed(UUID campaignId, RecipientStatus status, @Nullable String code) {
    var r = CAMPAIGN_RECIPIENT;
    try {
      return sql.transactionResult(transaction -> {
        transaction.dsl().execute("SET LOCAL statement_timeout = " + PATIENCE.toMillis());
        // OFFSET 0 keeps the planner from reading all suppressed numbers.
        return transaction
            .dsl()
            .selectCount()
            .from(r)
            .where(r.CAMPAIGN_ID.eq(campaignId))
            .and(r.STATUS.eq(status))
            .and(code == null ? noCondition() : r.ERROR_CODE.eq(code))
            .and(
                exists(
                    selectOne()
                        .from(SUPPRESSED_PHONE)
                        .where(SUPPRESSED_PHONE.PHONE.eq(r.PHONE))
                        .offset(inline(0))))
            .fetchSingle(0, Long.class);
      });
    } catch (DataAccessException e) {
      if (TOO_LONG.equals(e.sqlState())) {
        return null;
      }
      throw e;
    }
  }

  private static Map<String, @Nullable Object> view(Record row) {
    var r = CAMPAIGN_RECIPIENT;
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", row.get(r.ID));
    view.put("phone", row.get(r.PHONE));
    view.put("externalId", row.get(r.EXTERNAL_ID));
    view.put("providerUserId", row.get(r.PROVIDER_USER_ID));
    view.put("variables", StoredVariables.of(row));
    view.put("status", row.get(r.STATUS));
    view.put("round", row.get(r.ROUND));
    view.put("providerMessageId", row.get(r.PROVIDER_MESSAGE_ID));
    view.put("errorCode", row.get(r.ERROR_CODE));
    view.put("errorDetail", row.get(r.ERROR_DETAIL));
    view.put("attempts", row.get(r.ATTEMPTS));
    view.put("createdAt", row.get(r.CREATED_AT));
    view.put("updatedAt", row.get(r.UPDATED_AT));
    view.put("sentAt", row.get(r.SENT_AT));
    view.put("deliveredAt", row.get(r.DELIVERED_AT));
    view.put("readAt", row.get(r.READ_AT));
    view.put("failedAt", row.get(r.FAILED_AT));
    String zone = row.get(r.TIME_ZONE);
    if (zone != null) {
      view.put("timeZone", zone);
    }
    return view;
  }
}
