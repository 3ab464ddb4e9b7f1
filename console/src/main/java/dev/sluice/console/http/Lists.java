package dev.sluice.console.http;

import dev.sluice.schema.Json;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Responses to readers, built a few at a time. All who ask for the same while it is being built
 * share the next one: it shows whatever was done before they asked, and a hundred readers cost no
 * more than two.
 */
public final class Lists {
  /**
   * The same list is built during less than half of the time, and the more people have read it, the
   * longer the next ones wait: each of them keeps a core busy that a command may need.
   */
  private static final long REST_A_READER_NANOS = Duration.ofMillis(5).toNanos();

  private static final long LONGEST_REST_NANOS = Duration.ofMillis(250).toNanos();

  /** Lists whose readers can be told to share; more are asked for by few. */
  private static final int MOST = 200;

  private final Bulkhead places;

  private final Map<String, Turns> turns =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Turns> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Creates the lists.
   *
   * @param places in which they are built, so that not all of them are in memory at once
   */
  public Lists(Bulkhead places) {
    this.places = places;
  }

  /** Responds with what is read, as JSON; it must depend on nothing but the request's address. */
  public void send(Context context, Supplier<?> read) {
    // As it was sent: decoded, two addresses may look the same.
    String address = context.req().getRequestURI() + "?" + context.queryString();
    JsonHttp.shared(context, of(address, () -> Json.write(read.get())));
  }

  /** Runs work of another kind in one of the places. */
  public <T> T run(Supplier<T> work) {
    return places.run(work);
  }

  /** Does the same, or returns empty, without running it, if no place becomes free in time. */
  public <T> Optional<T> runIfFree(Supplier<T> work) {
    return places.runIfFree(work);
  }

  byte[] of(String address, Supplier<byte[]> build) {
    FutureTask<byte[]> next = turns(address).next(() -> places.run(build));
    // The first to come here runs it, and the others wait.
    next.run();
    return Bulkhead.answer(next);
  }

  private Turns turns(String address) {
    synchronized (turns) {
      return turns.computeIfAbsent(address, same -> new Turns());
    }
  }

  /** One list, built by one reader after the other. */
  private static final class Turns {
    private final ReentrantLock building = new ReentrantLock();
    private @Nullable FutureTask<byte[]> next;
    private int readers;
    private long restEndsAt = System.nanoTime();

    /** Returns the response whose building has not begun. */
    synchronized FutureTask<byte[]> next(Supplier<byte[]> build) {
      readers++;
      FutureTask<byte[]> waiting = next;
      if (waiting == null) {
        waiting = new FutureTask<>(() -> inTurn(build));
        next = waiting;
      }
      return waiting;
    }

    private byte[] inTurn(Supplier<byte[]> build) throws InterruptedException {
      building.lock();
      try {
        int shared = rest();
        long begun = System.nanoTime();
        try {
          return build.get();
        } finally {
          long ended = System.nanoTime();
          long rest = ended - begun + shared * REST_A_READER_NANOS;
          restEndsAt = ended + Math.min(rest, LONGEST_REST_NANOS);
        }
      } finally {
        building.unlock();
      }
    }

    /** Rests, and returns how many readers share what is built next. */
    private int rest() throws InterruptedException {
      int shared;
      try {
        TimeUnit.NANOSECONDS.sleep(restEndsAt - System.nanoTime());
      } finally {
        shared = begun();
      }
      return shared;
    }

    private synchronized int begun() {
      int shared = readers;
      readers = 0;
      next = null;
      return shared;
    }
  }
}
