package dev.sluice.worker.breaker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Stops sending for one sender when its provider gives no reliable responses, so that the messages
 * in doubt are limited by seconds and not by the answer timeout. Three things open it: silence
 * (sends in flight and none answered for longer than usual), doubt (consecutive outcomes in doubt),
 * and half of the {@link NewestOutcomes} being in doubt, where a send without a response long after
 * the usual time counts as such. While it is open nothing is launched. When it is half-open a
 * single send goes first, and each response allows one more in flight, as in TCP's slow start; the
 * first doubt or silence opens it again. A new process likewise starts a sender with a few sends:
 * while it is cold, sends launched over seconds could arrive all at once. A fast sender all but
 * stops before silence is certain, since each send without a response costs a connection.
 *
 * <p>For silence and for consecutive outcomes only sends launched after the newest answered one
 * count. An older one without a response is an isolated failure, which says nothing about the
 * provider as long as there are few of them.
 */
public final class CircuitBreaker {
  /** The time without any response, beyond the usual time, that opens the breaker. */
  public static final Duration SILENCE = Duration.ofSeconds(3);

  /**
   * The time without any response, beyond the usual time, after which a fast sender all but stops
   * until the next response. TCP's retransmission timer likewise expires long before a connection
   * is given up (RFC 6298).
   */
  static final Duration QUIET = Duration.ofMillis(250);

  /**
   * The sends without a response that may be out while it is quiet: those of 3 s at 80/s, or twice
   * as many as at the newest response. Beyond them one goes out now and then, which may find the
   * provider back when the others are lost.
   */
  static final int MOST_WHILE_QUIET = 250;

  /**
   * The number of consecutive outcomes in doubt that opens the breaker. Where one in ten is in
   * doubt by chance, ten in a row are one case in 10<sup>10</sup>.
   */
  public static final int DOUBTS = 10;

  /** The number of responses that closes it when it is half-open; as many as doubts open it. */
  private static final int TRUST = 10;

  /**
   * The sends in flight that are allowed before a sender's first response: at 80/s, those of 0.1 s.
   * Fewer delay the start of a campaign, more arrive at once from a cold process.
   */
  private static final int FIRST = 8;

  /** The shortest time that it stays open, despite late responses, so that it does not flap. */
  private static final long OPEN_NANOS = Duration.ofSeconds(1).toNanos();

  /** A sender that has sent nothing for this long has nothing to send. */
  private static final long ACTIVE_NANOS = Duration.ofSeconds(30).toNanos();

  /** The time after which it tries again by itself if other workers cannot be told. */
  private static final long UNTOLD_NANOS = Duration.ofSeconds(30).toNanos();

  /** Whether sends are allowed. */
  enum State {
    /** Sends are allowed. */
    CLOSED,
    /** No sends; the sender's control does not show it yet. */
    OPEN,
    /** No sends: the sender is blocked in all workers. */
    BLOCKED,
    /** A few sends are allowed, then more. */
    HALF_OPEN
  }

  /**
   * Why it was opened.
   *
   * @param what what is missing
   * @param sinceNanos since when
   * @param detail what happened instead
   */
  record Cause(String what, long sinceNanos, String detail) {}

  private final RoundTripTime roundTrip = new RoundTripTime();

  private State state = State.CLOSED;
  private @Nullable Cause cause;
  private long openedNanos;
  private boolean alive;

  private Period period = new Period(FIRST);
  private boolean everAnswered;
  private long lastAnswerNanos;
  private long usedNanos;

  /**
   * Returns how many more may be declared started. While the sender is blocked, admission decides.
   */
  public synchronized int room(long nowNanos) {
    return switch (state) {
      case CLOSED, HALF_OPEN -> {
        long room = period.room();
        yield Math.clamp(
            isQuiet(nowNanos)
                ? Math.min(room, period.roomWhileQuiet(MOST_WHILE_QUIET, QUIET, nowNanos))
                : room,
            0,
            Integer.MAX_VALUE);
      }
      case OPEN -> 0;
      case BLOCKED -> Integer.MAX_VALUE;
    };
  }

  /** Returns whether there has been no response for a little longer than usual. */
  public synchronized boolean isQuiet(long nowNanos) {
    Ticket oldest = period.oldestUnheard();
    return oldest != null && oldest.isLate(QUIET, usualNanos(), nowNanos);
  }

  /** Returns whether it is testing whether the provider answers again. */
  public synchronized boolean trying() {
    return state == State.HALF_OPEN;
  }

  /** Registers a send that is declared started and waits for its time slot. */
  public synchronized Ticket admit(long nowNanos) {
    usedNanos = nowNanos;
    return period.admit();
  }

  /** Asks for permission to launch a send now. */
  public synchronized boolean tryLaunch(Ticket ticket, long nowNanos) {
    boolean closed = state == State.CLOSED || state == State.HALF_OPEN;
    if (!closed || ticket.period() != period) {
      return false;
    }
    period.launch(ticket, nowNanos);
    return true;
  }

  /** Records that a send has ended or was not launched. */
  public synchronized void ended(Ticket ticket, Sign sign, String detail, long nowNanos) {
    ticket.end();
    boolean current = ticket.period() == period;
    if (current) {
      period.ended(ticket);
    }
    switch (sign) {
      case ANSWER -> answered(ticket, nowNanos);
      case DOUBT -> doubted(ticket, detail, nowNanos);
      case NOTHING -> {}
    }
    if (sign != Sign.NOTHING && current && !ticket.isOverdue()) {
      count(sign == Sign.DOUBT, detail, nowNanos);
    }
  }

  private void count(boolean inDoubt, String detail, long nowNanos) {
    NewestOutcomes newest = period.newest();
    newest.add(inDoubt, nowNanos);
    if (state == State.CLOSED && inDoubt && newest.areMostlyInDoubt()) {
      open(
          "few answers",
          newest.inDoubtSinceNanos(),
          newest.inDoubt()
              + " of the newest "
              + newest.size()
              + " in doubt, the last because: "
              + detail,
          nowNanos);
    }
  }

  private void answered(Ticket ticket, long nowNanos) {
    roundTrip.learn(nowNanos - ticket.launchedNanos());
    everAnswered = true;
    lastAnswerNanos = nowNanos;
    alive = true;
    period.heard();
    if (ticket.period() != period) {
      return;
    }
    period.answered(ticket);
    if (state == State.HALF_OPEN && period.answered() >= TRUST) {
      state = State.CLOSED;
      cause = null;
    }
  }

  private void doubted(Ticket ticket, String detail, long nowNanos) {
    if (ticket.period() != period || period.isOvertaken(ticket)) {
      return;
    }
    period.doubted(nowNanos);
    if (state == State.HALF_OPEN || (state == State.CLOSED && period.doubts() >= DOUBTS)) {
      long since = everAnswered ? lastAnswerNanos : period.doubtsSinceNanos();
      open(
          "no answer",
          since,
          period.doubts() + " in a row in doubt, the last because: " + detail,
          nowNanos);
    }
  }

  /** Checks for sends that have had no response for too long; called periodically. */
  synchronized void watch(long nowNanos) {
    watchSilence(nowNanos);
    for (Ticket late = late(nowNanos); late != null; late = late(nowNanos)) {
      late.overdue();
      count(true, "no answer in time", nowNanos);
    }
  }

  private @Nullable Ticket late(long nowNanos) {
    return period.removeLate(SILENCE, usualNanos(), nowNanos);
  }

  private void watchSilence(long nowNanos) {
    Ticket oldest = period.oldestUnheard();
    if (oldest == null || (state != State.CLOSED && state != State.HALF_OPEN)) {
      return;
    }
    boolean heard = everAnswered && nowNanos - lastAnswerNanos <= SILENCE.toNanos();
    if (!heard && oldest.isLate(SILENCE, usualNanos(), nowNanos)) {
      boolean idleBefore = !everAnswered || oldest.launchedNanos() - lastAnswerNanos > 0;
      long since = idleBefore ? oldest.launchedNanos() : lastAnswerNanos;
      open("no answer", since, period.unheard() + " sent meanwhile", nowNanos);
    }
  }

  private void open(String what, long sinceNanos, String detail, long nowNanos) {
    // After a failed trial the reason still tells when the responses stopped.
    Cause before = state == State.HALF_OPEN && period.answered() == 0 ? cause : null;
    cause =
        before == null
            ? new Cause(what, sinceNanos, detail)
            : new Cause(before.what(), before.sinceNanos(), detail);
    state = State.OPEN;
    openedNanos = nowNanos;
    alive = false;
  }

  /** Records whether the sender is blocked in all workers. */
  synchronized void controlled(boolean blocked, long nowNanos) {
    if (blocked && state == State.OPEN) {
      state = State.BLOCKED;
    } else if (blocked && state != State.BLOCKED) {
      // Blocked by another worker or by a person, so the cause is not ours.
      state = State.BLOCKED;
      cause = null;
    } else if (!blocked
        && (state == State.BLOCKED
            || (state == State.OPEN && nowNanos - openedNanos > UNTOLD_NANOS))) {
      // A single send goes first.
      state = State.HALF_OPEN;
      period = new Period(1);
    }
  }

  synchronized State state() {
    return state;
  }

  /**
   * Returns why this breaker holds the sender's messages, or null if it does not. When half-open,
   * it returns its cause until the trial send is answered or nothing is left to send.
   */
  synchronized @Nullable Cause openFor(long nowNanos) {
    boolean onTrial = period.answered() == 0 && nowNanos - usedNanos < ACTIVE_NANOS;
    return switch (state) {
      case CLOSED -> null;
      case OPEN, BLOCKED -> cause;
      case HALF_OPEN -> onTrial ? cause : null;
    };
  }

  /** Returns whether a late response shows that the sender need not be blocked any longer. */
  synchronized boolean alive(long nowNanos) {
    return state == State.BLOCKED && cause != null && alive && nowNanos - openedNanos >= OPEN_NANOS;
  }

  /** Returns the time within which a response usually comes, ns. */
  public synchronized long usualNanos() {
    return roundTrip.usualNanos();
  }

  /** Returns whether a new one would hold its sender no sooner and let through no more. */
  synchronized boolean isUnremarkable() {
    return state == State.CLOSED && roundTrip.usualNanos() <= RoundTripTime.UNKNOWN_NANOS;
  }

  /** Returns whether nothing was sent for this long, so that the breaker can be forgotten. */
  synchronized boolean idle(Duration atLeast, long nowNanos) {
    boolean held = state == State.OPEN || (state == State.BLOCKED && cause != null);
    return !held && period.nothingUnderWay() && nowNanos - usedNanos > atLeast.toNanos();
  }
}
