package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.left;
import static org.jooq.impl.DSL.row;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.recipient.RecipientCounts;
import dev.sluice.console.reply.ReplyCounts;
import dev.sluice.console.sender.DailyUsage;
import dev.sluice.console.sql.Afterwards;
import dev.sluice.console.sql.Checks;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.ShortId;
import dev.sluice.schema.StatusReasons;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jspecify.annotations.Nullable;

/**
 * Campaigns as the API shows them. Rows are fetched whole before they are processed: code that
 * holds a connection must not wait for a second one.
 */
public final class CampaignViews {
  private static final int PAGE = 200;

  private static final Set<CampaignStatus> OPEN =
      Set.of(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED);

  /** Other programs may insert longer names; a list shows their beginning. */
  private static final Field<String> NAME = left(CAMPAIGN.NAME, 200).as(CAMPAIGN.NAME);

  /** Other programs may insert many of them and long ones; before V20 also NULL and arrays. */
  private static final Field<String[]> AUTHORS =
      field(
              "ARRAY(SELECT left(author, 64) FROM unnest({0}) WITH ORDINALITY AS one (author, place)"
                  + " WHERE author IS NOT NULL ORDER BY place LIMIT 100)",
              String[].class, CAMPAIGN.AUTHORS)
          .as(CAMPAIGN.AUTHORS);

  private static final List<? extends Field<?>> COLUMNS =
      Stream.concat(
              CAMPAIGN
                  .fieldStream()
                  .filter(field ->
                      !Set.of(CAMPAIGN.MESSAGE, CAMPAIGN.NAME, CAMPAIGN.AUTHORS).contains(field)),
              Stream.of(AUTHORS))
          .toList();

  private final DSLContext sql;
  private final ControlsView controls;
  private final RecipientCounts recipients;
  private final ReplyCounts replies;
  private final DailyUsage usage;
  private final FreshResults fresh;
  private final NextZones zones;

  /**
   * Creates the views.
   *
   * @param recipients shared by all views
   * @param replies shared by all views
   * @param usage shared by all views
   * @param zones shared by all views
   */
  public CampaignViews(
      DSLContext sql,
      ControlsView controls,
      FreshResults fresh,
      RecipientCounts recipients,
      ReplyCounts replies,
      DailyUsage usage,
      NextZones zones) {
    this.sql = sql;
    this.controls = controls;
    this.fresh = fresh;
    this.zones = zones;
    this.recipients = recipients;
    this.replies = replies;
    this.usage = usage;
  }

  /**
   * Returns a campaign with its message, the time zone that comes next, and its replies' counts,
   * which are null if counting takes too long.
   */
  public Map<String, @Nullable Object> one(UUID id) {
    Record row = rowOf(sql, id);
    Map<String, @Nullable Object> view = views(List.of(row), Long.MAX_VALUE).getFirst();
    // Nobody answers what was never sent.
    Optional<ReplyCounts.Counts> counts =
        row.get(CAMPAIGN.STARTED_AT) == null
            ? Optional.of(ReplyCounts.Counts.NONE)
            : replies.of(sql, id);
    view.put("replied", counts.map(ReplyCounts.Counts::replied).orElse(null));
    view.put("clicks", counts.map(ReplyCounts.Counts::clicks).orElse(null));
    view.put("nextZone", zones.of(sql, row, Instant.now()).orElse(null));
    return withMessage(view, row);
  }

  /**
   * Returns a campaign that was just changed. The change is done whatever happens here: {@code
   * total} and {@code pending} are null if counting the recipients takes too long.
   *
   * @param changed what the transaction of the change has read
   * @param checks where the recipients are counted
   */
  Map<String, @Nullable Object> changed(ChangedRow changed, Checks checks) {
    Record row = changed.row();
    return withMessage(view(row, countedTotal(row, checks), Map.of()), row);
  }

  private @Nullable Long countedTotal(Record row, Checks checks) {
    return total(
        row,
        Afterwards.read(() ->
                checks.ifFree(counting -> recipientsOfOpen(counting, List.of(row), Long.MAX_VALUE)))
            .flatMap(counted -> counted)
            .orElse(Map.of()));
  }

  /** The shown fields of a campaign, as the transaction of its change left it. */
  record ChangedRow(Record row) {
    static ChangedRow read(DSLContext inside, UUID id) {
      return new ChangedRow(rowOf(inside, id));
    }
  }

  /** Reads what is shown of one campaign. */
  static Record rowOf(DSLContext sql, UUID id) {
    return rows(sql, List.of(CAMPAIGN.NAME, CAMPAIGN.MESSAGE), CAMPAIGN.ID.eq(id))
        .fetchOptional()
        .orElseThrow(() -> notFound(id));
  }

  private static Map<String, @Nullable Object> withMessage(
      Map<String, @Nullable Object> view, Record row) {
    view.put("message", Json.MAPPER.readTree(row.get(CAMPAIGN.MESSAGE).data()));
    return view;
  }

  /** Shows how many recipients a campaign has now that some were added. */
  void added(UUID id) {
    recipients.added(id);
  }

  /** Throws 404 if there is no such campaign. */
  void require(UUID id) {
    if (!sql.fetchExists(CAMPAIGN, CAMPAIGN.ID.eq(id))) {
      throw notFound(id);
    }
  }

  /** Returns a campaign as its authors wrote it. */
  Draft draft(UUID id) {
    return sql.selectFrom(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(id))
        .fetchOptional()
        .map(Draft::of)
        .orElseThrow(() -> notFound(id));
  }

  /** Returns a campaign as this change, which is checked, would make it. */
  Draft draft(UUID id, CampaignChange change) {
    Draft draft = change.of(draft(id));
    DraftColumns.of(sql, draft);
    return draft;
  }

  private static ProblemException notFound(UUID id) {
    return ProblemException.notFound("There is no campaign " + id + ".");
  }

  /**
   * Returns the id of the one campaign whose id begins like this.
   *
   * @throws ProblemException 404 if there is none, 409 if there are several
   */
  UUID idOf(String beginning) {
    ShortId id;
    try {
      id = ShortId.parse(beginning);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("There is no campaign " + beginning + ".");
    }
    List<UUID> found =
        id.isWhole()
            ? List.of(id.first())
            : sql.select(CAMPAIGN.ID)
                .from(CAMPAIGN)
                .where(CAMPAIGN.ID.between(id.first(), id.last()))
                .limit(2)
                .fetch(CAMPAIGN.ID);
    if (found.size() > 1) {
      throw ProblemException.conflict(
          "The ids of several campaigns begin with " + beginning + "; give more of it.");
    }
    return found.stream()
        .findFirst()
        .orElseThrow(() -> ProblemException.notFound("There is no campaign " + beginning + "."));
  }

  /** Returns the newest campaigns first, without their messages. */
  public List<Map<String, @Nullable Object>> newest(CampaignFilter wanted) {
    return page(wanted.condition());
  }

  /**
   * Returns the next older campaigns.
   *
   * @param last the last campaign seen
   */
  List<Map<String, @Nullable Object>> before(UUID last, CampaignFilter wanted) {
    var place =
        sql.select(CAMPAIGN.CREATED_AT)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(last))
            .fetchOptional(CAMPAIGN.CREATED_AT)
            .orElseThrow(() ->
                ProblemException.badRequest("\"after\" is the id of the last campaign seen."));
    return page(row(CAMPAIGN.CREATED_AT, CAMPAIGN.ID).lt(place, last).and(wanted.condition()));
  }

  /** Returns the campaign with this external id, or an empty list. */
  List<Map<String, @Nullable Object>> of(String externalId) {
    return page(CAMPAIGN.EXTERNAL_ID.eq(externalId));
  }

  private List<Map<String, @Nullable Object>> page(Condition which) {
    return views(
        rows(sql, List.of(NAME), which)
            .orderBy(CAMPAIGN.CREATED_AT.desc(), CAMPAIGN.ID.desc())
            .limit(PAGE)
            .fetch(),
        RecipientCounts.TOO_MANY);
  }

  private static SelectConditionStep<Record> rows(
      DSLContext sql, List<Field<?>> more, Condition which) {
    return sql.select(COLUMNS)
        .select(more)
        .select(SENDER.RATE_PER_SECOND, SENDER.DAILY_LIMIT)
        .from(CAMPAIGN)
        .join(SENDER)
        .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
        .where(which);
  }

  private List<Map<String, @Nullable Object>> views(List<Record> rows, long tooMany) {
    Map<UUID, Long> counted = recipientsOfOpen(sql, rows, tooMany);
    Map<String, Integer> used =
        usage.of(
            sql,
            rows.stream()
                .filter(row ->
                    row.get(SENDER.DAILY_LIMIT) != null
                        && row.get(CAMPAIGN.STATUS) == CampaignStatus.SENDING)
                .map(row -> row.get(CAMPAIGN.SENDER_ID))
                .collect(Collectors.toSet()));
    return rows.stream().map(row -> view(row, total(row, counted), used)).toList();
  }

  /**
   * A row holds its total once the campaign has started; before that, the recipients are counted.
   */
  private static @Nullable Long total(Record row, Map<UUID, Long> counted) {
    return OPEN.contains(row.get(CAMPAIGN.STATUS))
        ? counted.get(row.get(CAMPAIGN.ID))
        : row.get(CAMPAIGN.TOTAL);
  }

  private Map<UUID, Long> recipientsOfOpen(DSLContext counting, List<Record> rows, long tooMany) {
    return recipients.below(
        counting,
        tooMany,
        rows.stream()
            .filter(row -> OPEN.contains(row.get(CAMPAIGN.STATUS)))
            .map(row -> row.get(CAMPAIGN.ID))
            .toList());
  }

  private Map<String, @Nullable Object> view(
      Record row, @Nullable Long total, Map<String, Integer> used) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", row.get(CAMPAIGN.ID));
    view.put("externalId", row.get(CAMPAIGN.EXTERNAL_ID));
    view.put("name", row.get(CAMPAIGN.NAME));
    view.put("senderId", row.get(CAMPAIGN.SENDER_ID));
    view.put("status", row.get(CAMPAIGN.STATUS));
    view.put("statusReason", reason(row, used));
    view.put("permittedPerSecond", row.get(SENDER.RATE_PER_SECOND));
    view.put("priority", row.get(CAMPAIGN.PRIORITY));
    view.put("onDoubt", row.get(CAMPAIGN.ON_DOUBT));
    view.put("scheduledAt", row.get(CAMPAIGN.SCHEDULED_AT));
    view.put("windowStart", row.get(CAMPAIGN.WINDOW_START));
    view.put("windowEnd", row.get(CAMPAIGN.WINDOW_END));
    view.put("timeZone", row.get(CAMPAIGN.TIME_ZONE));
    view.put("localTime", row.get(CAMPAIGN.LOCAL_TIME));
    view.put("ignoreCap", row.get(CAMPAIGN.IGNORE_CAP));
    view.put("round", row.get(CAMPAIGN.ROUND));
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("sent", row.get(CAMPAIGN.SENT));
    counts.put("delivered", row.get(CAMPAIGN.DELIVERED));
    counts.put("read", row.get(CAMPAIGN.READ));
    counts.put("failed", row.get(CAMPAIGN.FAILED));
    counts.put("unconfirmed", row.get(CAMPAIGN.UNCONFIRMED));
    counts.put("suppressed", row.get(CAMPAIGN.SUPPRESSED));
    view.put("total", total);
    view.put("counts", counts);
    view.put(
        "pending",
        total == null ? null : total - counts.values().stream().mapToLong(Long::longValue).sum());
    putFresh(view, row, counts);
    view.put("createdAt", row.get(CAMPAIGN.CREATED_AT));
    view.put("startedAt", row.get(CAMPAIGN.STARTED_AT));
    view.put("completedAt", row.get(CAMPAIGN.COMPLETED_AT));
    view.put("archivedAt", row.get(CAMPAIGN.ARCHIVED_AT));
    view.put("authors", List.of(row.get(CAMPAIGN.AUTHORS)));
    view.put("approvedBy", row.get(CAMPAIGN.APPROVED_BY));
    return view;
  }

  /** Adds what is known before the row is written. */
  private void putFresh(Map<String, @Nullable Object> view, Record row, Map<String, Long> counts) {
    UUID id = row.get(CAMPAIGN.ID);
    CampaignStatus status = row.get(CAMPAIGN.STATUS);
    if (status == CampaignStatus.SENDING) {
      view.put("perSecond", fresh.perSecond(id));
    }
    if (status == CampaignStatus.SENDING || status == CampaignStatus.PAUSED) {
      int round = row.get(CAMPAIGN.ROUND);
      view.put(
          "unwritten",
          fresh.unwritten(
              id, round, row.get(CAMPAIGN.STARTED_AT), row.get(CAMPAIGN.TOTAL), counts));
    }
  }

  /** Returns why nothing is being sent now, or null. */
  private @Nullable String reason(Record row, Map<String, Integer> used) {
    Control sender = controls.sender(row.get(CAMPAIGN.SENDER_ID));
    return switch (row.get(CAMPAIGN.STATUS)) {
      case PAUSED, CANCELLED -> controls.campaign(row.get(CAMPAIGN.ID)).reason();
      case SENDING ->
          sender.state() == Control.State.BLOCKED
              ? StatusReasons.blockedSender(String.valueOf(sender.reason()))
              : limitReached(row, used);
      case DRAFT, SCHEDULED, COMPLETED -> null;
    };
  }

  private static @Nullable String limitReached(Record row, Map<String, Integer> used) {
    Integer limit = row.get(SENDER.DAILY_LIMIT);
    return limit != null && used.getOrDefault(row.get(CAMPAIGN.SENDER_ID), 0) >= limit
        ? StatusReasons.dailyLimit(limit)
        : null;
  }
}
