package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Deadline;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectField;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Variables of a message that recipients lack, or have only as a blank where that is not enough;
 * these would fail and get nothing.
 *
 * @param recipients how many recipients lack at least one
 * @param variables how many lack each, by its name
 * @param partial whether not all recipients were checked: only the campaign's first ones, or none
 */
public record Missing(long recipients, Map<String, Long> variables, boolean partial) {
  /** Names that are counted individually, and looked at for blanks. */
  private static final int NAMED = 50;

  /** Characters of a value that cannot be seen. */
  private static final String BLANKS = " \t\r\n";

  /** How long checking all recipients may take; the user who starts a campaign waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * Recipients that are checked if all are too many: a column that is missing is missing there too.
   */
  private static final int FIRST = 50_000;

  /** The result if no recipient was checked. */
  static final Missing UNKNOWN = new Missing(0, Map.of(), true);

  private static final Set<String> SORTED = Set.of("enable_sort");
  static final Missing NOTHING = new Missing(0, Map.of(), false);

  /** Returns what a campaign's recipients lack. */
  static Missing of(DSLContext sql, UUID campaignId) {
    return of(sql, campaignId, PATIENCE, PATIENCE);
  }

  /**
   * Returns what all recipients lack if that can be read in time, else what the first ones lack. A
   * recipient that is not seen here fails with that reason when the campaign is fanned out.
   */
  static Missing of(DSLContext sql, UUID campaignId, Duration withAll, Duration withFirst) {
    return of(sql, campaignId, needsOf(sql, campaignId), withAll, withFirst, Deadline.none());
  }

  /** Returns the same for a message that is about to become the campaign's. */
  static Missing of(DSLContext sql, UUID campaignId, Needs needs) {
    return of(sql, campaignId, needs, Deadline.none());
  }

  /** Returns the same for reads that have to end together with others. */
  static Missing of(DSLContext sql, UUID campaignId, Needs needs, Deadline deadline) {
    return of(sql, campaignId, needs, PATIENCE, PATIENCE, deadline);
  }

  private static Missing of(
      DSLContext sql,
      UUID campaignId,
      Needs needs,
      Duration withAll,
      Duration withFirst,
      Deadline deadline) {
    if (needs.variables().isEmpty()) {
      return NOTHING;
    }
    return deadline
        .read(sql, withAll, SORTED, inside -> count(inside, all(campaignId), needs, false))
        .or(() ->
            deadline.read(
                sql, withFirst, SORTED, inside -> count(inside, first(campaignId), needs, true)))
        .orElse(UNKNOWN);
  }

  private static Table<?> all(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.VARIABLES).from(r).where(r.CAMPAIGN_ID.eq(campaignId)).asTable("people");
  }

  /** In the order of an index, or other campaigns' rows would have to be skipped. */
  private static Table<?> first(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.VARIABLES)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .orderBy(r.STATUS, r.CREATED_AT, r.ID)
        .limit(FIRST)
        .asTable("people");
  }

  /**
   * Most recipients lack nothing, so all names are tested at once, and each name only for the
   * others.
   */
  private static Missing count(DSLContext sql, Table<?> people, Needs needs, boolean partial) {
    var variables = people.field(CAMPAIGN_RECIPIENT.VARIABLES);
    List<String> named = needs.variables().stream().limit(NAMED).toList();
    List<SelectField<?>> counts = new ArrayList<>();
    counts.add(DSL.count());
    named.forEach(name -> {
      Condition absent = not(condition("jsonb_exists({0}, {1})", variables, val(name)));
      counts.add(
          DSL.count()
              .filterWhere(
                  needs.filled().contains(name) ? absent.or(isBlank(variables, name)) : absent));
    });
    Condition someAbsent =
        not(
            condition(
                "jsonb_exists_all({0}, {1})",
                variables, val(needs.variables().toArray(String[]::new))));
    Condition lacking =
        named.stream()
            .filter(needs.filled()::contains)
            .map(name -> isBlank(variables, name))
            .reduce(someAbsent, Condition::or);
    Record row = sql.select(counts).from(people).where(lacking).fetchSingle();
    Tally tally = new Tally(needs);
    tally.recipients = row.get(0, Long.class);
    for (int i = 0; i < named.size(); i++) {
      tally.add(named.get(i), row.get(i + 1, Long.class));
    }
    return tally.found(partial);
  }

  private static Condition isBlank(@Nullable Field<JSONB> variables, String name) {
    return condition("btrim({0} ->> {1}, {2}) = ''", variables, val(name), val(BLANKS));
  }

  private static Needs needsOf(DSLContext sql, UUID campaignId) {
    return sql.select(CAMPAIGN.MESSAGE)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(CAMPAIGN.MESSAGE)
        .map(Needs::of)
        .orElse(Needs.NOTHING);
  }

  /** Returns whether a request accepts that variables are missing. */
  public static boolean isAccepted(Context context) {
    return "true".equals(context.queryParam("acceptMissing"));
  }

  /**
   * Returns the problem for missing variables that the request does not accept.
   *
   * @param consequence what was not done, in words
   */
  ProblemException problem(String consequence) {
    return ProblemException.conflict(
            words() + " " + consequence + " Repeat it with acceptMissing=true if that is meant.")
        .with("missing", this);
  }

  /** Returns what is missing, in words. */
  String words() {
    return variables.entrySet().stream()
        .map(one -> "\"" + one.getKey() + "\" (" + one.getValue() + ")")
        .collect(
            Collectors.joining(
                ", ",
                recipients
                    + (partial ? " of the first " + FIRST + " recipients" : " recipient(s)")
                    + " lack variables of the message and would get nothing: ",
                "."));
  }

  /** Counts what is missing, row by row. */
  static final class Tally {
    private final Needs needs;
    private final Map<String, Long> variables = new LinkedHashMap<>();
    private final Map<String, Long> empty = new LinkedHashMap<>();
    private long recipients;

    Tally(Needs needs) {
      this.needs = needs;
    }

    void take(Map<String, String> given) {
      boolean complete = true;
      for (String name : needs.variables()) {
        String value = given.get(name);
        boolean blank = value != null && value.isBlank();
        if (blank) {
          empty.merge(name, 1L, Long::sum);
        }
        if (value == null || (blank && needs.filled().contains(name))) {
          complete = false;
          add(name, 1);
        }
      }
      recipients += complete ? 0 : 1;
    }

    private void add(String name, long people) {
      if (people > 0) {
        variables.merge(name, people, Long::sum);
      }
    }

    /** Returns how many have nothing but blanks in a variable, by its name. */
    Map<String, Long> empty() {
      return empty;
    }

    /** Returns what is missing, if anything is. */
    Optional<Missing> missing() {
      return recipients == 0 ? Optional.empty() : Optional.of(found(false));
    }

    private Missing found(boolean partial) {
      return new Missing(recipients, variables, partial);
    }
  }
}
