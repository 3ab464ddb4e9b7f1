package dev.sluice.console.suppression;

import dev.sluice.providers.whatsapp.Person;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Numbers and ids that no other test uses, and what is known of them. */
record World(int number, DSLContext sql) {
  private static final AtomicInteger WORLDS = new AtomicInteger();

  static World in(DSLContext sql) {
    return new World(WORLDS.incrementAndGet(), sql);
  }

  OptOuts optOuts() {
    return new OptOuts(sql);
  }

  String phone(int which) {
    return "+5599%06d%d".formatted(number, which);
  }

  String id(int which) {
    return "W%d.%d".formatted(number, which);
  }

  Person person(@Nullable Integer phone, @Nullable Integer id) {
    return new Person(phone == null ? null : phone(phone), id == null ? null : id(id));
  }

  /** Records an alias that a receipt reported before everything else. */
  void alias(int phone, int id) {
    link(phone(phone), id(id));
  }

  /** Records the provider's spelling of a number, which a receipt reported. */
  void spelling(int phone, int providers) {
    link(phone(phone), phone(providers));
  }

  private void link(String phone, String name) {
    sql.execute(
        "INSERT INTO sluice.alias (phone, name, created_at) VALUES (?, ?, ?::timestamptz)"
            + " ON CONFLICT DO NOTHING",
        phone,
        name,
        Event.time(0));
  }

  /** Writes what another program knows of a number that it suppresses. */
  void suppress(int phone, String reason, int at) {
    sql.execute(
        "INSERT INTO sluice.suppression (phone, reason, created_at) VALUES (?, ?, ?::timestamptz)",
        phone(phone),
        reason,
        Event.time(at));
  }

  boolean suppressed(int phone) {
    return suppressed().contains(phone);
  }

  List<Integer> suppressed() {
    List<Integer> all = IntStream.rangeClosed(1, 6).boxed().toList();
    Set<String> suppressed =
        sql.fetch(
                "SELECT phone FROM sluice.suppressed_phone WHERE phone = ANY (?)",
                (Object) all.stream().map(this::phone).toArray(String[]::new))
            .intoSet(0, String.class);
    return all.stream().filter(which -> suppressed.contains(phone(which))).toList();
  }
}
