package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;
import static org.jooq.impl.DSL.all;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.octetLength;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.ZonePasses;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.SelectJoinStep;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads a campaign's pending recipients page by page, each by the composite index from where the
 * previous one ended (keyset), so that row 100,000 costs no more than row 10.
 */
public final class RecipientPages {
  /** The longest variables of one recipient that are read, bytes as text. */
  public static final int LONGEST_VARIABLES = 64 * 1024;

  /**
   * The most recipients that are looked at for a page of those whose zone has no pass of its own:
   * no index tells them from the others.
   */
  static final int FARTHEST = 10_000;

  /** The most variables that a page may hold, bytes as text. */
  static final int LARGEST_PAGE = 1024 * 1024;

  /** Variables beyond the bounds stay in the database; the first recipient's always fit a page. */
  private static final String WITHIN_MEMORY =
      """
      SELECT id, phone, round, created_at, suppressed, counted, fits, external_id,
             CASE WHEN fits AND bytes <= {1} THEN variables END AS variables
      FROM (
        SELECT page.*, sum(least(bytes, {1})) OVER (ORDER BY created_at, id ROWS UNBOUNDED PRECEDING)
                       <= {2} AS fits
        FROM ({0}) AS page
      ) AS measured
      ORDER BY created_at, id
      """;

  private static final Field<Boolean> SUPPRESSED = field(name("suppressed"), Boolean.class);
  private static final Field<Boolean> COUNTED = field(name("counted"), Boolean.class);
  private static final Field<Boolean> FITS = field(name("fits"), Boolean.class);

  private final DSLContext sql;
  private final InstantSource clock;

  public RecipientPages(DSLContext sql, InstantSource clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * One recipient.
   *
   * @param stored the variables as they are stored; null if they are too large to be read, or once
   *     they were rendered. As objects they would take more than ten times as much memory
   * @param suppressed whether this person is suppressed, under any name
   * @param counted whether this number already counts towards the sender's daily limit
   * @param fits whether the variables of the page up to here fit in memory; else they are missing
   * @param externalId the upstream's own key, or null if it has none
   */
  public record Recipient(
      long id,
      String phone,
      @Nullable JSONB stored,
      int round,
      Instant createdAt,
      boolean suppressed,
      boolean counted,
      boolean fits,
      @Nullable String externalId) {

    /**
     * Returns those of the variables that have these names; empty if they are too large to be read.
     * Other programs write this column; anything but a plain value counts as missing.
     */
    public Optional<Map<String, String>> variables(Set<String> names) {
      return Optional.ofNullable(stored).map(json -> read(json, names));
    }

    private static Map<String, String> read(JSONB json, Set<String> names) {
      Map<String, String> variables = new HashMap<>();
      try {
        JsonNode all = Json.MAPPER.readTree(json.data());
        for (String name : names) {
          JsonNode value = all.path(name);
          if (value.isValueNode() && !value.isNull()) {
            variables.put(name, value.asString());
          }
        }
      } catch (JacksonException | ArithmeticException e) {
        // Nested too deeply, or an extreme number: treat as no variables.
        return Map.of();
      }
      return variables;
    }

    /** Returns the same without variables, which take memory until its message is written. */
    public Recipient withoutVariables() {
      return new Recipient(
          id, phone, null, round, createdAt, suppressed, counted, fits, externalId);
    }

    public Cursor cursor() {
      return new Cursor(createdAt, id);
    }
  }

  /**
   * Returns how far the next page may look; null for to the end. Those beyond it stay beyond it, as
   * recipients only cease to be pending while a campaign is fed.
   */
  public @Nullable Cursor reach(UUID campaignId, @Nullable ZonePasses zones, Cursor cursor) {
    if (zones == null || zones.now().zone() != null) {
      return null;
    }
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.CREATED_AT, r.ID)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(RecipientStatus.PENDING))
        .and(row(r.CREATED_AT, r.ID).gt(val(cursor.createdAt()), val(cursor.id())))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(1)
        .offset(FARTHEST - 1)
        .fetchOne(one -> new Cursor(one.value1(), one.value2()));
  }

  /**
   * Returns the next recipients after the cursor; fewer than the limit if they are the last up to
   * the reach.
   *
   * @param zones those of their current pass, or null for recipients of all zones
   * @param reach the last recipient to look at, or null for to the end
   * @param countedFor the sender whose daily limit is to be kept, or null if it has none
   */
  public List<Recipient> after(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor) {
    return withinMemory(page(campaignId, zones, cursor, reach, limit, countedFor));
  }

  /** Returns those of these recipients who are pending, in their current state. */
  public List<Recipient> pending(
      UUID campaignId, Collection<Long> ids, @Nullable String countedFor) {
    var r = CAMPAIGN_RECIPIENT;
    return withinMemory(
        recipients(countedFor)
            .where(r.CAMPAIGN_ID.eq(campaignId))
            .and(r.ID.eq(any(ids.toArray(Long[]::new))))
            .and(r.STATUS.eq(RecipientStatus.PENDING)));
  }

  private List<Recipient> withinMemory(Select<? extends Record> page) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.resultQuery(WITHIN_MEMORY, page, inline(LONGEST_VARIABLES), inline(LARGEST_PAGE))
        .coerce(
            r.ID,
            r.PHONE,
            r.ROUND,
            r.CREATED_AT,
            SUPPRESSED,
            COUNTED,
            FITS,
            r.EXTERNAL_ID,
            r.VARIABLES)
        .fetch(row ->
            new Recipient(
                row.get(r.ID),
                row.get(r.PHONE),
                row.get(r.VARIABLES),
                row.get(r.ROUND),
                row.get(r.CREATED_AT),
                row.get(SUPPRESSED),
                row.get(COUNTED),
                row.get(FITS),
                row.get(r.EXTERNAL_ID)));
  }

  public Select<? extends Record> page(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor) {
    var r = CAMPAIGN_RECIPIENT;
    return recipients(countedFor)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(zones == null ? r.STATUS.eq(RecipientStatus.PENDING) : pendingIn(zones))
        .and(row(r.CREATED_AT, r.ID).gt(val(cursor.createdAt()), val(cursor.id())))
        .and(
            reach == null
                ? noCondition()
                : row(r.CREATED_AT, r.ID).le(val(reach.createdAt()), val(reach.id())))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(limit);
  }

  /** The status is inlined because the index of zones has it in its condition. */
  private static Condition pendingIn(ZonePasses zones) {
    var r = CAMPAIGN_RECIPIENT;
    String zone = zones.now().zone();
    Condition its =
        zone == null
            ? coalesce(r.TIME_ZONE, inline("")).ne(all(zones.named().toArray(String[]::new)))
            : r.TIME_ZONE.eq(zone);
    return its.and(r.STATUS.eq(inline(RecipientStatus.PENDING, r.STATUS)));
  }

  private SelectJoinStep<? extends Record> recipients(@Nullable String countedFor) {
    var r = CAMPAIGN_RECIPIENT;
    // Suppression is tested in the select list, because a join might make the planner sort. OFFSET
    // 0 keeps it from reading all suppressed numbers at once.
    return sql.select(
            r.ID,
            r.PHONE,
            r.VARIABLES,
            octetLength(r.VARIABLES.cast(SQLDataType.CLOB)).as("bytes"),
            r.ROUND,
            r.CREATED_AT,
            r.EXTERNAL_ID,
            field(
                    exists(
                        selectOne()
                            .from(SUPPRESSED_PHONE)
                            .where(SUPPRESSED_PHONE.PHONE.eq(r.PHONE))
                            .offset(inline(0))))
                .as("suppressed"),
            countedFor == null
                ? inline(true).as("counted")
                : field(
                        exists(
                            selectOne()
                                .from(SENDER_RECIPIENT)
                                .where(SENDER_RECIPIENT.SENDER_ID.eq(countedFor))
                                .and(SENDER_RECIPIENT.PHONE.eq(r.PHONE))
                                .and(
                                    SENDER_RECIPIENT.COUNTED_AT.gt(
                                        clock.instant().minus(SendRequest.COUNTS_FOR)))))
                    .as("counted"))
        .from(r);
  }
}
