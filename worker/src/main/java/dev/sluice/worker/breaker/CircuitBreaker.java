package dev.sluice.worker.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Stops sending for one sender when its provider says nothing that anybody could rely on, so that
 * what is in doubt is bounded by seconds and not by the answer timeout. Two things open it: silence
 * (sends are out and none has been answered for longer than usual) and doubt (outcomes in doubt,
 * one after the other). While it is open nothing is launched. When the sender is let go on, a
 * single send goes first, and for each answer one more beside the one that follows it, as TCP
 * starts; the first doubt or silence then opens it again. A process starts on a sender likewise,
 * with a few sends: a cold one would launch for seconds what then arrives at once.
 *
 * <p>Sends that an answered one has overtaken are single misfortunes and say nothing: only those
 * launched after the newest that was answered count.
 */
public final class CircuitBreaker {
  /** So long beyond the usual time nothing must have been answered. */
  static final Duration SILENCE = Duration.ofSeconds(3);

  /** So many in doubt in a row mean more than bad luck. */
  public static final int DOUBTS = 10;

  /** So many answers after it was open make it trust again. */
  private static final int TRUST = 10;

  /** What may be under way for a sender of which nothing was answered yet. */
  private static final int FIRST = 8;

  /** However much is answered late, it stays open for so long: nobody is to see it flutter. */
  private static final long OPEN_NANOS = Duration.ofSeconds(1).toNanos();

  /** Who has sent nothing for so long has nothing to send. */
  private static final long TRIED_NANOS = Duration.ofSeconds(30).toNanos();

  /** What the end of a send says about its provider. */
  public enum Sign {
    /** It has answered, whatever. */
    ANSWER,
    /** It may have the message or not. */
    DOUBT,
    /** It has not got the message. */
    NOTHING
  }

  /** Whether sends pass. */
  enum State {
    /** As many as wait. */
    CLOSED,
    /** None; nobody else knows yet. */
    OPEN,
    /** None: the sender is blocked, for everybody. */
    BLOCKED,
    /** Few, then more. */
    HALF_OPEN
  }

  /**
   * Why it has opened.
   *
   * @param sinceNanos since when there was no answer
   * @param detail what came instead
   */
  record Cause(long sinceNanos, String detail) {}

  /** One send's way through it. */
  public static final class Ticket {
    private final int period;
    private long number = -1;
    private long launchedNanos;
    private boolean ended;

    private Ticket(int period) {
      this.period = period;
    }
  }

  private final RoundTripTime roundTrip = new RoundTripTime();

  /** Launched in this period and not overtaken, in this order; some may have ended. */
  private final Deque<Ticket> unheard = new ArrayDeque<>();

  private State state = State.CLOSED;
  private @Nullable Cause cause;
  private long openedNanos;
  private boolean alive;

  /** A new one begins when it is half-open: older sends say nothing about it. */
  private int period;

  private int first = FIRST;
  private long answered;
  private int underWay;
  private long launches;
  private long overtaken = -1;
  private int doubts;
  private long doubtsSinceNanos;
  private boolean everAnswered;
  private long lastAnswerNanos;
  private long usedNanos;

  /** How many more may be declared started. Where the sender is blocked, that is not its matter. */
  public synchronized int room() {
    return switch (state) {
      case CLOSED, HALF_OPEN -> Math.clamp(first + answered - underWay, 0, Integer.MAX_VALUE);
      case OPEN -> 0;
      case BLOCKED -> Integer.MAX_VALUE;
    };
  }

  /** A send was declared started and waits for its time slot. */
  public synchronized Ticket admit(long nowNanos) {
    usedNanos = nowNanos;
    underWay++;
    return new Ticket(period);
  }

  /** Asks for leave to launch a send now. */
  public synchronized boolean tryLaunch(Ticket ticket, long nowNanos) {
    boolean closed = state == State.CLOSED || state == State.HALF_OPEN;
    if (!closed || ticket.period != period) {
      return false;
    }
    ticket.number = launches++;
    ticket.launchedNanos = nowNanos;
    unheard.add(ticket);
    return true;
  }

  /** A send has ended, or was not launched. */
  public synchronized void ended(Ticket ticket, Sign sign, String detail, long nowNanos) {
    ticket.ended = true;
    if (ticket.period == period) {
      underWay--;
    }
    switch (sign) {
      case ANSWER -> answered(ticket, nowNanos);
      case DOUBT -> doubted(ticket, detail, nowNanos);
      case NOTHING -> {}
    }
  }

  private void answered(Ticket ticket, long nowNanos) {
    roundTrip.learn(nowNanos - ticket.launchedNanos);
    everAnswered = true;
    lastAnswerNanos = nowNanos;
    alive = true;
    doubts = 0;
    if (ticket.period != period) {
      return;
    }
    answered++;
    overtaken = Math.max(overtaken, ticket.number);
    while (!unheard.isEmpty() && unheard.element().number <= overtaken) {
      unheard.remove();
    }
    if (state == State.HALF_OPEN && answered >= TRUST) {
      state = State.CLOSED;
      cause = null;
    }
  }

  private void doubted(Ticket ticket, String detail, long nowNanos) {
    if (ticket.period != period || ticket.number <= overtaken) {
      return;
    }
    if (doubts++ == 0) {
      doubtsSinceNanos = nowNanos;
    }
    if (state == State.HALF_OPEN || (state == State.CLOSED && doubts >= DOUBTS)) {
      long since = everAnswered ? lastAnswerNanos : doubtsSinceNanos;
      open(since, doubts + " in a row in doubt, the last because: " + detail, nowNanos);
    }
  }

  /** Looks whether it has been silent for too long; asked again and again. */
  synchronized void watch(long nowNanos) {
    while (!unheard.isEmpty() && unheard.element().ended) {
      unheard.remove();
    }
    Ticket oldest = unheard.peek();
    if (oldest == null || (state != State.CLOSED && state != State.HALF_OPEN)) {
      return;
    }
    long patience = SILENCE.toNanos();
    boolean heard = everAnswered && nowNanos - lastAnswerNanos <= patience;
    if (!heard && nowNanos - oldest.launchedNanos > roundTrip.usualNanos() + patience) {
      boolean idleBefore = !everAnswered || oldest.launchedNanos - lastAnswerNanos > 0;
      long since = idleBefore ? oldest.launchedNanos : lastAnswerNanos;
      open(since, unheard.size() + " sent meanwhile", nowNanos);
    }
  }

  private void open(long sinceNanos, String detail, long nowNanos) {
    // Tried once more in vain: people are told since when nothing was answered at all.
    boolean inVain = state == State.HALF_OPEN && answered == 0 && cause != null;
    cause = new Cause(inVain ? cause.sinceNanos() : sinceNanos, detail);
    state = State.OPEN;
    openedNanos = nowNanos;
    alive = false;
  }

  /** What applies to the sender: blocked for everybody, or not. */
  synchronized void controlled(boolean blocked) {
    if (blocked && state == State.OPEN) {
      state = State.BLOCKED;
    } else if (blocked && state != State.BLOCKED) {
      // By somebody else, who knows why.
      state = State.BLOCKED;
      cause = null;
    } else if (!blocked && state == State.BLOCKED) {
      state = State.HALF_OPEN;
      period++;
      first = 1;
      answered = 0;
      underWay = 0;
      doubts = 0;
      unheard.clear();
    }
  }

  synchronized State state() {
    return state;
  }

  /**
   * Why the sender's messages are held back, or null if they are not, or if others hold them back.
   * One that is tried still is, until that was answered; or there is nothing to try any more.
   */
  synchronized @Nullable Cause openFor(long nowNanos) {
    boolean tried = answered == 0 && nowNanos - usedNanos < TRIED_NANOS;
    return switch (state) {
      case CLOSED -> null;
      case OPEN, BLOCKED -> cause;
      case HALF_OPEN -> tried ? cause : null;
    };
  }

  /** Whether something was answered late, so that the sender need not be blocked any longer. */
  synchronized boolean alive(long nowNanos) {
    return state == State.BLOCKED && cause != null && alive && nowNanos - openedNanos >= OPEN_NANOS;
  }

  /** Nanoseconds within which an answer usually comes. */
  public synchronized long usualNanos() {
    return roundTrip.usualNanos();
  }

  /** Whether nothing is to be remembered of it: nothing was sent for so long. */
  synchronized boolean idle(Duration atLeast, long nowNanos) {
    boolean held = state == State.OPEN || state == State.BLOCKED;
    return !held && underWay == 0 && nowNanos - usedNanos > atLeast.toNanos();
  }
}
