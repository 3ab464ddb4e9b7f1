package dev.sluice.console.suppression;

import dev.sluice.providers.whatsapp.Person;
import dev.sluice.providers.whatsapp.WebhookEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The names by which people are known: which belong to the same person, and which have changed. */
final class Names {
  private final DSLContext sql;

  Names(DSLContext sql) {
    this.sql = sql;
  }

  private record Alias(String phone, String id, Instant at) {}

  private record Change(String before, String now, Instant at) {}

  /** Links the numbers and ids that came together. */
  void link(Collection<OptOuts.Wish> wishes) {
    List<Alias> aliases = new ArrayList<>();
    wishes.forEach(wish -> link(aliases, wish.person().phone(), wish.person().userId(), wish.at()));
    write(aliases);
  }

  /**
   * Stores changes. A person who moves to another number takes everything along and leaves the old
   * number to others. If only the id changes, it is the same person at the same number, so the old
   * and the new id count for each other.
   */
  void change(Collection<WebhookEvent.Renamed> told) {
    List<Alias> aliases = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (WebhookEvent.Renamed renamed : told) {
      Person before = renamed.before();
      Person now = renamed.now();
      link(aliases, now.phone() == null ? before.phone() : now.phone(), now.userId(), renamed.at());
      if (now.phone() == null || now.phone().equals(before.phone())) {
        link(aliases, before.phone(), before.userId(), renamed.at());
        if (before.userId() != null && now.userId() != null) {
          changes.add(new Change(before.userId(), now.userId(), renamed.at()));
          changes.add(new Change(now.userId(), before.userId(), renamed.at()));
        }
      } else {
        for (String old : before.names()) {
          now.names().forEach(name -> changes.add(new Change(old, name, renamed.at())));
        }
      }
    }
    write(aliases);
    if (!changes.isEmpty()) {
      sql.execute(
          """
          INSERT INTO sluice.renamed (before, now, at)
          SELECT DISTINCT before, now, at FROM unnest({0}, {1}, {2}) AS change (before, now, at)
          WHERE before <> now
          ORDER BY before, at, now
          ON CONFLICT DO NOTHING
          """,
          texts(changes, Change::before), texts(changes, Change::now), times(changes, Change::at));
    }
  }

  private static void link(
      List<Alias> aliases, @Nullable String phone, @Nullable String id, Instant at) {
    if (phone != null && id != null) {
      aliases.add(new Alias(phone, id, at));
    }
  }

  private void write(List<Alias> aliases) {
    if (!aliases.isEmpty()) {
      sql.execute(
          """
          INSERT INTO sluice.alias (phone, name, created_at)
          SELECT phone, name, min(at) FROM unnest({0}, {1}, {2}) AS known (phone, name, at)
          WHERE phone <> name
          GROUP BY phone, name ORDER BY phone, name
          ON CONFLICT DO NOTHING
          """,
          texts(aliases, Alias::phone), texts(aliases, Alias::id), times(aliases, Alias::at));
    }
  }

  private static <T> Field<String[]> texts(List<T> rows, Function<T, String> part) {
    return DSL.val(rows.stream().map(part).toArray(String[]::new), SQLDataType.CLOB.array());
  }

  private static <T> Field<Instant[]> times(List<T> rows, Function<T, Instant> part) {
    return DSL.val(rows.stream().map(part).toArray(Instant[]::new), SQLDataType.INSTANT.array());
  }
}
