package dev.sluice.worker.pacing;

import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a lane's sends pass one after another, at its {@link Pace}. Each waits on its own thread
 * until the moment it passes, so that nothing lies between its time slot and its first byte. Time
 * lost to a stall is made up slowly, because the provider counts every second.
 *
 * <p>INVARIANT: {@link #atOnce()} sends have their turn, or nobody is in line; one that leaves
 * passes its turn to the first in line. A send waits to begin only while {@link #most()} others get
 * ready or are, or until one of them has passed after the rate was raised.
 */
public final class LanePacer {
  /** How often sends waiting for their turn check whether they are still wanted. */
  private static final Duration RECHECK = Duration.ofMillis(250);

  /**
   * How long before its time slot a send is ready at the latest. One that is ready much earlier
   * only keeps a connection from the others, which then open more. As long as the turn is early,
   * within which threads that are awakened late still come in time.
   */
  private static final Duration EARLY = Duration.ofMillis(100);

  /** A lane whose sends take longer to get ready loses time slots. */
  private static final long MOST_READYING_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * How long before its time slot a send has its turn. A thread that is awakened late, on a busy
   * machine by dozens of ms, then loses its time slot to the next one instead of holding up all
   * behind it.
   */
  private static final double TURN_SECONDS = 0.1;

  /** Slow lanes need few sends that are ready; at 100/s, it is those of {@link #EARLY}. */
  private static final int LEAST_READYING = 10;

  private final Ticker ticker;
  private final Pace pace;

  /**
   * How long sends take to get ready. By Little's law a lane whose sends need the mean of it keeps
   * its rate if as many get ready as it sends in that time. If the slowest determined the number, a
   * few new connections would make a lane lease hundreds, and open those that it lacks.
   */
  private final MeanLately readying = new MeanLately();

  /** Sends that are ready and wait for their turn. */
  private final Deque<Slot> line = new ArrayDeque<>();

  /** How many sends have got their turn so far, and how many of them have passed or left. */
  private long turns;

  private long turnsOver;

  /** Sends that need not get ready yet. */
  private final Deque<Slot> early = new ArrayDeque<>();

  /** Sends that get ready or are. */
  private int readyingSends;

  private volatile double permitsPerSecond;

  /** Sends that will ask for a time slot, or wait for one. */
  private final AtomicInteger reserved = new AtomicInteger();

  /** The time slot of one send; used by one thread. */
  public final class Slot {
    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch turn = new CountDownLatch(1);
    private long begunNanos = ticker.nanoTime();
    private long turnNumber;
    private boolean open = true;

    private Slot() {}

    /**
     * Waits until the send must get ready.
     *
     * @param check called repeatedly during the wait; an exception ends it
     */
    public void awaitBegin(Runnable check) {
      enter(this);
      try {
        while (!ticker.await(begin, RECHECK)) {
          check.run();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WithdrawnException("interrupted");
      }
      begunNanos = ticker.nanoTime();
    }

    /**
     * Waits until the send may pass.
     *
     * @param check called repeatedly during the wait, and a last time when its time has come; an
     *     exception ends the wait, and the time slot is left to the next send
     */
    public void await(Runnable check) {
      check.run();
      readying.measured(ticker.nanoTime() - begunNanos);
      // Skips the line if there is nothing to wait for, because a line that moves by waking threads
      // is slow.
      if (pace.tryPass() > 0) {
        waitInLine(check);
      }
      release();
    }

    private void waitInLine(Runnable check) {
      join(this);
      try {
        while (!ticker.await(turn, RECHECK)) {
          check.run();
        }
        check.run();
        for (long wait = pace.tryPass(); wait > 0; wait = pace.tryPass()) {
          ticker.sleep(Duration.ofNanos(wait + nanosOfThoseBefore(this)));
          check.run();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WithdrawnException("interrupted");
      } finally {
        leave(this);
      }
    }

    /**
     * Notes that the send waited this long for others before it got ready. Sends that are launched
     * earlier would only wait longer.
     */
    public void queued(Duration time) {
      begunNanos += time.toNanos();
    }

    /** Gives the time slot back if the send has not passed. */
    public void release() {
      if (open) {
        open = false;
        reserved.decrementAndGet();
        exit(this);
      }
    }
  }

  /**
   * Creates a pacer whose first time slot is yet to come.
   *
   * @param permitsPerSecond the lane's rate, messages/s
   */
  public LanePacer(double permitsPerSecond, Ticker ticker) {
    this.ticker = ticker;
    this.permitsPerSecond = permitsPerSecond;
    pace = new Pace(permitsPerSecond, ticker::nanoTime);
  }

  private synchronized void enter(Slot slot) {
    early.add(slot);
    begin();
  }

  private void begin() {
    while (!early.isEmpty() && readyingSends < most()) {
      readyingSends++;
      early.remove().begin.countDown();
    }
  }

  private synchronized void exit(Slot slot) {
    if (slot.begin.getCount() == 0) {
      readyingSends--;
    } else {
      early.remove(slot);
    }
    begin();
  }

  private long most() {
    double seconds = (EARLY.toNanos() + readyingNanos()) / 1e9;
    return Math.max(LEAST_READYING, (long) (permitsPerSecond * seconds));
  }

  private long readyingNanos() {
    return Math.min(readying.nanos(), MOST_READYING_NANOS);
  }

  private synchronized void join(Slot slot) {
    line.add(slot);
    giveTurns();
  }

  private synchronized void leave(Slot slot) {
    if (slot.turn.getCount() == 0) {
      turnsOver++;
    } else {
      line.remove(slot);
    }
    giveTurns();
  }

  private void giveTurns() {
    while (!line.isEmpty() && turns - turnsOver < atOnce()) {
      Slot next = line.remove();
      next.turnNumber = turns++;
      next.turn.countDown();
    }
  }

  private long atOnce() {
    return 2 + (long) (permitsPerSecond * TURN_SECONDS);
  }

  /** Returns how long those that got their turn before it need to pass. */
  private synchronized long nanosOfThoseBefore(Slot slot) {
    long before = Math.max(0, slot.turnNumber - turnsOver);
    return Math.min((long) (1e9 * TURN_SECONDS), pace.leastNanos(before));
  }

  public void setRate(double newPermitsPerSecond) {
    permitsPerSecond = newPermitsPerSecond;
    pace.setRate(newPermitsPerSecond);
  }

  /** Forgoes making up the time lost so far. */
  public void forgive() {
    pace.forgive();
  }

  /** Forgoes making up the time in which the lane had nothing to send. */
  public void idle() {
    if (reserved.get() == 0) {
      forgive();
    }
  }

  /** Returns how many more sends may pass within the given time after they have got ready. */
  public long room(Duration ahead) {
    return Math.max(0, pace.room(ahead.plusNanos(readyingNanos())) - reserved.get());
  }

  /** Reserves the next free time slot, for a send that will come for it. */
  public Slot reserve() {
    reserved.incrementAndGet();
    return new Slot();
  }
}
