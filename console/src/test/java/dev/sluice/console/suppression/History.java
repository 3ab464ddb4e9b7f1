package dev.sluice.console.suppression;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * Tells it in each of these orders to a world of its own, and returns who gets nothing at the end
   * of each. A call tells the next event of every world, as worlds have nothing in common.
   */
  Map<List<Event>, List<Integer>> told(DSLContext sql, List<List<Event>> orders) {
    Map<List<Event>, World> worlds = new LinkedHashMap<>();
    for (List<Event> order : orders) {
      World world = World.in(sql);
      aliases.forEach(alias -> world.alias(alias.getFirst(), alias.getLast()));
      worlds.put(order, world);
    }
    for (int i = 0; i < events.size(); i++) {
      int next = i;
      Event.Call call = new Event.Call();
      worlds.forEach((order, world) -> order.get(next).in(world, call));
      call.tell(sql);
    }
    Map<List<Event>, List<Integer>> ends = new LinkedHashMap<>();
    worlds.forEach((order, world) -> ends.put(order, world.suppressed()));
    return ends;
  }

  @Override
  public String toString() {
    return words;
  }
}
