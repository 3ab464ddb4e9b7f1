package dev.sluice.worker.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The sends since a breaker's sender began, or since it was last tried again: how many are where,
 * and which of them have no response. Sends of earlier periods say nothing about this one.
 */
final class Period {
  /** The sends in flight that are allowed before the first response. */
  private final int first;

  /** Launched after the newest answered send, in order; some may have ended. */
  private final Deque<Ticket> unheard = new ArrayDeque<>();

  /** Launched and neither ended nor overdue, in order; some may have ended. */
  private final Deque<Ticket> awaited = new ArrayDeque<>();

  private final NewestOutcomes newest = new NewestOutcomes();

  private long answered;
  private int underWay;

  /** Admitted and not launched yet. */
  private int waiting;

  /** Those in {@link #unheard} that have not ended. */
  private int out;

  private int outAtNewestAnswer;
  private long launchedNanos;
  private long launches;

  /** The number of the newest answered send. */
  private long overtaken = -1;

  /** Consecutive outcomes in doubt. */
  private int doubts;

  private long doubtsSinceNanos;

  Period(int first) {
    this.first = first;
  }

  Ticket admit() {
    underWay++;
    waiting++;
    return new Ticket(this);
  }

  /** Returns how many more may be under way, as each response allows one more. */
  long room() {
    return first + answered - underWay;
  }

  /**
   * Returns how many more may be launched while there is no response.
   *
   * @param most how many without a response may be out
   * @param after how long after the last launch one more may be out
   */
  int roomWhileQuiet(int most, Duration after, long nowNanos) {
    int room = Math.max(most, 2 * outAtNewestAnswer) - out - waiting;
    boolean oneMore = waiting == 0 && nowNanos - launchedNanos >= after.toNanos();
    return oneMore ? Math.max(1, room) : room;
  }

  void launch(Ticket ticket, long nowNanos) {
    ticket.launched(launches++, nowNanos);
    launchedNanos = nowNanos;
    waiting--;
    out++;
    unheard.add(ticket);
    awaited.add(ticket);
  }

  void ended(Ticket ticket) {
    underWay--;
    if (!ticket.isLaunched()) {
      waiting--;
    } else if (!isOvertaken(ticket)) {
      out--;
    }
  }

  /** Returns whether a send that was launched later has been answered. */
  boolean isOvertaken(Ticket ticket) {
    return ticket.number() <= overtaken;
  }

  void answered(Ticket ticket) {
    answered++;
    overtaken = Math.max(overtaken, ticket.number());
    while (!unheard.isEmpty() && isOvertaken(unheard.element())) {
      if (!unheard.remove().hasEnded()) {
        out--;
      }
    }
    outAtNewestAnswer = out;
  }

  long answered() {
    return answered;
  }

  /** Adds an outcome in doubt that no answer has overtaken. */
  void doubted(long nowNanos) {
    if (doubts++ == 0) {
      doubtsSinceNanos = nowNanos;
    }
  }

  /** Ends the row of outcomes in doubt, as one was answered, also one of an earlier period. */
  void heard() {
    doubts = 0;
  }

  int doubts() {
    return doubts;
  }

  long doubtsSinceNanos() {
    return doubtsSinceNanos;
  }

  NewestOutcomes newest() {
    return newest;
  }

  /** Returns the oldest send that is out without a response and that none has overtaken. */
  @Nullable Ticket oldestUnheard() {
    return oldest(unheard);
  }

  int unheard() {
    return unheard.size();
  }

  /** Removes the oldest awaited send if it is this much later than usual, and returns it. */
  @Nullable Ticket removeLate(Duration by, long usualNanos, long nowNanos) {
    Ticket oldest = oldest(awaited);
    return oldest != null && oldest.isLate(by, usualNanos, nowNanos) ? awaited.remove() : null;
  }

  private static @Nullable Ticket oldest(Deque<Ticket> tickets) {
    while (!tickets.isEmpty() && tickets.element().hasEnded()) {
      tickets.remove();
    }
    return tickets.peek();
  }

  boolean nothingUnderWay() {
    return underWay == 0;
  }
}
