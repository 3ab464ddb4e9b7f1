package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The places in flight that each sender's sends hold, and the sends that wait for one of them: a
 * send that ends passes its place on to the next one of its sender. So a place is not free for as
 * long as the transaction takes that declares the next sends.
 *
 * @param <T> a send
 */
final class HeldPlaces<T> {
  private final Map<Sender, Held<T>> senders = new HashMap<>();

  private static final class Held<T> {
    private final Queue<T> waiting = new ArrayDeque<>();
    private int places;
    private long ended;
  }

  /**
   * A sender's use of its places.
   *
   * @param places how many it holds
   * @param waiting how many of its sends wait for one
   * @param ended how many of its sends have ended since it held none
   */
  record Use(int places, int waiting, long ended) {}

  /**
   * Adds a send behind those that wait, and starts the first of them while the sender holds fewer
   * places than it may.
   */
  void add(Sender sender, T send, int most, Consumer<T> start) {
    Queue<T> starting = new ArrayDeque<>();
    synchronized (this) {
      Held<T> held = senders.computeIfAbsent(sender, one -> new Held<>());
      held.waiting.add(send);
      while (held.places < Math.max(1, most) && !held.waiting.isEmpty()) {
        held.places++;
        starting.add(held.waiting.remove());
      }
    }
    starting.forEach(start);
  }

  /** Passes the place of a send that has ended on; returns the send that has it now. */
  synchronized @Nullable T pass(Sender sender) {
    Held<T> held = senders.get(sender);
    if (held == null) {
      return null;
    }
    held.ended++;
    T next = held.waiting.poll();
    if (next == null && --held.places == 0) {
      senders.remove(sender);
    }
    return next;
  }

  /** Stops waiting; returns false if it has a place. */
  synchronized boolean remove(Sender sender, T send) {
    Held<T> held = senders.get(sender);
    return held != null && held.waiting.remove(send);
  }

  /** Returns the sends that wait for a place. */
  synchronized List<T> waiting() {
    return senders.values().stream().flatMap(held -> held.waiting.stream()).toList();
  }

  /** Returns the use of the senders that hold places. */
  synchronized Map<Sender, Use> use() {
    Map<Sender, Use> use = new HashMap<>();
    senders.forEach(
        (sender, held) -> use.put(sender, new Use(held.places, held.waiting.size(), held.ended)));
    return use;
  }
}
