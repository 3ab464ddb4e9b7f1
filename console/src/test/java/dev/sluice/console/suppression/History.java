package dev.sluice.console.suppression;

import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * A history in words, the aliases that receipts reported before it, and the numbers that get
 * nothing after it.
 */
record History(
    String words, List<List<Integer>> aliases, List<Integer> suppressed, List<Event> events) {
  static History of(String words, List<Integer> suppressed, Event... events) {
    return new History(words, List.of(), suppressed, List.of(events));
  }

  History knowing(int phone, int id) {
    return new History(
        words,
        Stream.concat(aliases.stream(), Stream.of(List.of(phone, id))).toList(),
        suppressed,
        events);
  }

  /** Tells it to a new world. */
  World told(DSLContext sql, List<Event> order) {
    World world = World.in(sql);
    aliases.forEach(alias -> world.alias(alias.getFirst(), alias.getLast()));
    order.forEach(event -> event.tell(world));
    return world;
  }

  @Override
  public String toString() {
    return words;
  }
}
