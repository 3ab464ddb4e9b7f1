package dev.sluice.console.live;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Wire;
import dev.sluice.runtime.Loop;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live views, as server-sent events. Each thing is read about once a second for all of its viewers
 * together; each viewer writes in the thread of its own request.
 */
public final class EventStreams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventStreams.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** A viewer that has not read for this long is cut off. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final int MOST_VIEWERS = 2_000;

  private final Bulkhead places;
  private final int mostViewers;
  private final Map<String, Feed> feeds = new ConcurrentHashMap<>();
  private final AtomicInteger viewers = new AtomicInteger();
  private final Loop watch = Loop.start("live viewers", this::cutStuckOnes);

  /**
   * Creates the streams.
   *
   * @param places bound how many things are read at the same time, however many are watched
   */
  public EventStreams(Bulkhead places) {
    this(places, MOST_VIEWERS);
  }

  EventStreams(Bulkhead places, int mostViewers) {
    this.places = places;
    this.mostViewers = mostViewers;
  }

  /**
   * Sends the current state, and every change until the viewer goes away; runs in the request's
   * thread.
   *
   * @param key identifies the thing
   * @param admitted whether the viewer may still look
   * @param source reads the thing; its exceptions become the viewer's response
   */
  void follow(Context context, String key, BooleanSupplier admitted, Supplier<LiveState> source) {
    if (viewers.incrementAndGet() > mostViewers) {
      viewers.decrementAndGet();
      throw ProblemException.tooManyRequests(
          "There are " + mostViewers + " viewers already; try again later.");
    }
    Feed feed = enter(key, source);
    try {
      feed.open();
      Viewer viewer = begin(context, admitted);
      feed.add(viewer);
      try {
        viewer.watch();
      } finally {
        feed.remove(viewer);
      }
    } catch (IOException e) {
      log.debug("a viewer of {} has gone: {}", key, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      feeds.computeIfPresent(key, (same, present) -> present.left() ? null : present);
      viewers.decrementAndGet();
    }
  }

  /** A viewer that joins others sees what they saw last, without a query. */
  private Feed enter(String key, Supplier<LiveState> source) {
    return feeds.compute(
        key, (same, known) -> (known == null ? feed(key, source) : known).entered());
  }

  private Feed feed(String key, Supplier<LiveState> source) {
    return new Feed(
        () -> places.run(source),
        feed -> Thread.ofVirtual().name("live " + key).start(() -> run(key, feed)));
  }

  private static Viewer begin(Context context, BooleanSupplier admitted) throws IOException {
    HttpServletResponse response = context.res();
    response.setContentType("text/event-stream;charset=utf-8");
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("Connection", "close");
    // Makes a proxy pass events on as they come.
    response.setHeader("X-Accel-Buffering", "no");
    return new Viewer(response.getOutputStream(), Wire.of(context)::close, admitted);
  }

  private void run(String key, Feed feed) {
    Duration rest = EVERY;
    while (pause(rest) && feeds.get(key) == feed) {
      long begun = System.nanoTime();
      try {
        feed.read();
      } catch (DataAccessException | ProblemException e) {
        log.debug("cannot read the live view {}", key, e);
      } catch (RuntimeException e) {
        log.warn("cannot update the live view {}", key, e);
      }
      // A state that takes long to read is read less often, lest it occupy a place all the time.
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      rest = took.compareTo(EVERY) > 0 ? took : EVERY;
    }
  }

  private Duration cutStuckOnes() {
    forEachViewer(viewer -> viewer.cutIfStuck(PATIENCE));
    return LOOK_EVERY;
  }

  private static boolean pause(Duration time) {
    try {
      Thread.sleep(time);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public void close() {
    watch.close();
    forEachViewer(Viewer::dismiss);
  }

  private void forEachViewer(Consumer<Viewer> action) {
    feeds.values().forEach(feed -> feed.viewers().forEach(action));
  }
}
