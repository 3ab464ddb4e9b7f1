package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.ALIAS;
import static dev.sluice.schema.jooq.Tables.OPT_OUT;
import static org.jooq.impl.DSL.min;

import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * What people tell the provider about being left alone. A wish is kept under every name that came
 * with it, a number as a suppression and an id beside those; which numbers an id stands for may be
 * learned before or after. Each statement takes all rows of a call, in order, and repeating it
 * changes nothing.
 */
final class OptOuts {
  private final DSLContext sql;

  OptOuts(DSLContext sql) {
    this.sql = sql;
  }

  /** Somebody wants nothing more, since that time. */
  record Wish(Person person, String reason, Instant at) {}

  private record Entry(String name, String reason, Instant at) {}

  private record Pair(String one, String other) {}

  /**
   * Keeps wishes; one that was taken back after it was made stays so. One that no resume lifts
   * takes the place of one that a resume lifts, or has lifted.
   *
   * @return how many names had none before
   */
  int add(Collection<Wish> wishes) {
    link(wishes.stream().map(Wish::person).flatMap(OptOuts::pairs).toList());
    return add("sluice.suppression", "phone", entries(wishes, Person::phone))
        + add("sluice.opt_out", "name", entries(wishes, Person::userId));
  }

  private static Stream<Pair> pairs(Person person) {
    return person.phone() == null || person.userId() == null
        ? Stream.empty()
        : Stream.of(new Pair(person.phone(), person.userId()));
  }

  private static List<Entry> entries(
      Collection<Wish> wishes, Function<Person, @Nullable String> name) {
    List<Entry> entries = new ArrayList<>();
    for (Wish wish : wishes) {
      String known = name.apply(wish.person());
      if (known != null) {
        entries.add(new Entry(known, wish.reason(), wish.at()));
      }
    }
    return entries;
  }

  private int add(String table, String column, List<Entry> entries) {
    return entries.isEmpty()
        ? 0
        : sql.execute(
            """
            INSERT INTO {0} AS known ({1}, reason, created_at)
            SELECT DISTINCT ON (name) name, reason, at
            FROM unnest({2}, {3}, {4}) AS wish (name, reason, at)
            ORDER BY name, reason = {5}, at DESC
            ON CONFLICT ({1}) DO UPDATE
            SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = NULL
            WHERE known.lifted_at <= excluded.created_at
              OR (known.reason = {5} AND excluded.reason <> {5})
            """,
            DSL.raw(table),
            DSL.raw(column),
            texts(entries, Entry::name),
            texts(entries, Entry::reason),
            times(entries),
            DSL.val(OptOutReason.PREFERENCE));
  }

  /**
   * People want messages again: what they set at the provider is lifted, and nothing else. That
   * they said so is kept, because the call that tells the earlier stop may come later.
   */
  void lift(Collection<Wish> wishes) {
    remember("sluice.suppression", "phone", entries(wishes, Person::phone));
    remember("sluice.opt_out", "name", entries(wishes, Person::userId));
    List<Entry> entries =
        wishes.stream()
            .flatMap(wish ->
                wish.person().names().stream()
                    .map(name -> new Entry(name, wish.reason(), wish.at())))
            .toList();
    if (!entries.isEmpty()) {
      sql.execute(
          """
          WITH said AS (
            SELECT name, max(at) AS at FROM unnest({0}, {1}) AS wish (name, at) GROUP BY name
          ), person AS (
            SELECT name, at FROM said
            UNION SELECT alias.phone, said.at FROM sluice.alias JOIN said USING (name)
            UNION SELECT alias.name, said.at FROM sluice.alias JOIN said ON said.name = alias.phone
          ), numbers AS (
            UPDATE sluice.suppression AS known SET lifted_at = person.at FROM person
            WHERE known.phone = person.name AND known.reason = {2}
              AND known.lifted_at IS NULL AND known.created_at <= person.at
          )
          UPDATE sluice.opt_out AS known SET lifted_at = person.at FROM person
          WHERE known.name = person.name AND known.reason = {2}
            AND known.lifted_at IS NULL AND known.created_at <= person.at
          """,
          texts(entries, Entry::name), times(entries), DSL.val(OptOutReason.PREFERENCE));
    }
  }

  private void remember(String table, String column, List<Entry> entries) {
    if (!entries.isEmpty()) {
      sql.execute(
          """
          INSERT INTO {0} AS known ({1}, reason, created_at, lifted_at)
          SELECT name, {4}, max(at), max(at) FROM unnest({2}, {3}) AS wish (name, at)
          GROUP BY name ORDER BY name
          ON CONFLICT ({1}) DO UPDATE SET lifted_at = excluded.lifted_at
          WHERE known.reason = {4} AND known.lifted_at < excluded.lifted_at
          """,
          DSL.raw(table),
          DSL.raw(column),
          texts(entries, Entry::name),
          times(entries),
          DSL.val(OptOutReason.PREFERENCE));
    }
  }

  /**
   * Keeps up with numbers and ids that have changed: what was said under the old ones counts for
   * the new ones. The old number may be somebody else's soon, so nothing new counts for it, unless
   * no other number is known.
   */
  void follow(Collection<WhatsAppUpdate.Renamed> changes) {
    List<Pair> links = new ArrayList<>();
    List<Pair> ids = new ArrayList<>();
    for (WhatsAppUpdate.Renamed change : changes) {
      Person before = change.before();
      Person now = change.now();
      String number = now.phone() == null ? before.phone() : now.phone();
      if (number != null) {
        Stream.concat(before.names().stream(), now.names().stream())
            .forEach(name -> links.add(new Pair(number, name)));
      }
      if (before.userId() != null && now.userId() != null) {
        ids.add(new Pair(before.userId(), now.userId()));
      }
    }
    link(links);
    if (!ids.isEmpty()) {
      Field<String[]> olds = texts(ids, Pair::one);
      Field<String[]> news = texts(ids, Pair::other);
      sql.execute(
          """
          INSERT INTO sluice.alias (phone, name)
          SELECT DISTINCT alias.phone, renamed.now
          FROM unnest({0}, {1}) AS renamed (before, now)
          JOIN sluice.alias ON alias.name = renamed.before
          WHERE alias.phone <> renamed.now
          ORDER BY 1, 2
          ON CONFLICT DO NOTHING
          """,
          olds, news);
      sql.execute(
          """
          INSERT INTO sluice.opt_out (name, reason, created_at)
          SELECT DISTINCT ON (renamed.now) renamed.now, known.reason, known.created_at
          FROM unnest({0}, {1}) AS renamed (before, now)
          JOIN sluice.opt_out AS known ON known.name = renamed.before
          WHERE known.lifted_at IS NULL
          ORDER BY renamed.now, known.created_at DESC
          ON CONFLICT DO NOTHING
          """,
          olds, news);
    }
  }

  private void link(List<Pair> pairs) {
    if (!pairs.isEmpty()) {
      sql.execute(
          """
          INSERT INTO sluice.alias (phone, name)
          SELECT DISTINCT phone, name FROM unnest({0}, {1}) AS known (phone, name)
          WHERE phone <> name
          ORDER BY phone, name
          ON CONFLICT DO NOTHING
          """,
          texts(pairs, Pair::one), texts(pairs, Pair::other));
    }
  }

  /**
   * The next opt-outs without a number in the order of their names, after the given one; with the
   * number, if it has been learned since.
   */
  List<Map<String, @Nullable Object>> after(String name, int limit) {
    Field<String> phone =
        DSL.field(DSL.select(min(ALIAS.PHONE)).from(ALIAS).where(ALIAS.NAME.eq(OPT_OUT.NAME)));
    return sql.select(OPT_OUT.NAME, phone, OPT_OUT.REASON, OPT_OUT.CREATED_AT)
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

  private static <T> Field<String[]> texts(List<T> rows, Function<T, String> part) {
    return DSL.val(rows.stream().map(part).toArray(String[]::new), SQLDataType.CLOB.array());
  }

  private static Field<Instant[]> times(List<Entry> entries) {
    return DSL.val(
        entries.stream().map(Entry::at).toArray(Instant[]::new), SQLDataType.INSTANT.array());
  }
}
