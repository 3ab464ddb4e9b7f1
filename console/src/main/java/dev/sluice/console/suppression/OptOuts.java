package dev.sluice.console.suppression;

import static dev.sluice.schema.jooq.Tables.ALIAS_UNTIL;
import static dev.sluice.schema.jooq.Tables.OPT_OUT;
import static org.jooq.impl.DSL.left;
import static org.jooq.impl.DSL.min;

import dev.sluice.providers.whatsapp.Person;
import dev.sluice.providers.whatsapp.WebhookEvent;
import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Opt-outs and opt-ins that the provider reports. Each is stored under every name that came with
 * it: the statement itself, and the state that follows from it, in {@code suppression} for a number
 * and in {@code opt_out} for an id. It follows the person when a name changes. Neither repeated
 * calls nor the order of calls change the result.
 */
public final class OptOuts {
  private final DSLContext sql;
  private final Names names;
  private final StandingWishes standing;

  public OptOuts(DSLContext sql) {
    this.sql = sql;
    names = new Names(sql);
    standing = new StandingWishes(sql);
  }

  /** A person wants no more messages, or wants them again, since that time. */
  public record Wish(Person person, String reason, Instant at) {}

  /**
   * Takes what one call reports.
   *
   * @param stops people who want no more messages
   * @param resumes people who want messages again, which lifts what they set at the provider and
   *     nothing else
   * @param changes people whose number or id has changed
   * @return how many stops were new, counted by name
   */
  public int take(
      Collection<Wish> stops, Collection<Wish> resumes, Collection<WebhookEvent.Renamed> changes) {
    List<Said> stopped = Said.of(stops);
    List<Said> resumed = Said.of(resumes);
    names.link(stops);
    names.link(resumes);
    names.change(changes);
    int news = Said.write(sql, stopped);
    Said.write(sql, resumed);
    suppress(stopped.stream().filter(Said::ofNumber).toList());
    remember(resumed.stream().filter(Said::ofNumber).toList());
    standing.settle(
        Stream.of(
                Said.names(stopped).stream(),
                Said.names(resumed).stream(),
                changes.stream().flatMap(WebhookEvent.Renamed::names))
            .flatMap(names -> names)
            .collect(Collectors.toSet()));
    return news;
  }

  /**
   * Suppresses numbers. A stop that was lifted after it was made stays lifted, unless the lift is
   * dated in the future. A stop that no resume lifts replaces one that a resume lifts, or has
   * lifted.
   */
  private void suppress(List<Said> numbers) {
    if (!numbers.isEmpty()) {
      sql.execute(
          """
          INSERT INTO sluice.suppression AS known (phone, reason, created_at)
          SELECT DISTINCT ON (phone) phone, reason, at
          FROM unnest({0}, {1}, {2}) AS said (phone, reason, at)
          ORDER BY phone, reason = {3}, at DESC
          ON CONFLICT (phone) DO UPDATE
          SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = NULL
          WHERE known.lifted_at <= excluded.created_at
            OR (known.lifted_at > clock_timestamp() AND isfinite(known.lifted_at))
            OR (known.reason = {3} AND (excluded.reason <> {3} OR (
              known.lifted_at IS NULL AND known.created_at < excluded.created_at)))
          """,
          Said.texts(numbers, Said::name),
          Said.texts(numbers, Said::reason),
          Said.times(numbers),
          DSL.val(OptOutReason.PREFERENCE));
    }
  }

  /** Stores a resume even if nothing is suppressed: the stop before it may be reported later. */
  private void remember(List<Said> numbers) {
    if (!numbers.isEmpty()) {
      sql.execute(
          """
          INSERT INTO sluice.suppression AS known (phone, reason, created_at, lifted_at)
          SELECT phone, {2}, max(at), max(at) FROM unnest({0}, {1}) AS said (phone, at)
          GROUP BY phone ORDER BY phone
          ON CONFLICT (phone) DO UPDATE
          SET lifted_at = excluded.lifted_at,
              created_at = CASE WHEN known.created_at = known.lifted_at
                                THEN excluded.created_at ELSE known.created_at END
          WHERE known.reason = {2} AND known.lifted_at < excluded.lifted_at
          """,
          Said.texts(numbers, Said::name), Said.times(numbers), DSL.val(OptOutReason.PREFERENCE));
    }
  }

  /**
   * Returns the next opt-outs that did not come under a number, in the order of their names, after
   * the given one: under an id, with the number if it is known, or from a name that has changed
   * since.
   */
  List<Map<String, @Nullable Object>> after(String name, int limit) {
    Field<String> known =
        DSL.field(
            DSL.select(min(ALIAS_UNTIL.PHONE))
                .from(ALIAS_UNTIL)
                .where(ALIAS_UNTIL.NAME.eq(OPT_OUT.NAME))
                .and(ALIAS_UNTIL.UNTIL.isNull()));
    Field<String> phone = DSL.when(OPT_OUT.NAME.startsWith("+"), OPT_OUT.NAME).otherwise(known);
    return sql.select(
            OPT_OUT.NAME,
            phone,
            left(OPT_OUT.REASON, Suppressions.LONGEST_REASON),
            OPT_OUT.CREATED_AT)
        .from(OPT_OUT)
        .where(OPT_OUT.NAME.gt(name))
        .and(OPT_OUT.LIFTED_AT.isNull())
        .orderBy(OPT_OUT.NAME)
        .limit(limit)
        .fetch(row -> {
          Map<String, @Nullable Object> view = new LinkedHashMap<>();
          view.put("name", row.value1());
          view.put("phone", row.value2());
          view.put("reason", row.value3());
          view.put("createdAt", row.value4());
          return view;
        });
  }
}
