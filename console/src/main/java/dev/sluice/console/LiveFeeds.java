package dev.sluice.console;

import dev.sluice.schema.Json;
import io.javalin.http.sse.SseClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What somebody watches, as server-sent events. Each thing is read once a second for all of its
 * viewers together, and told to them when it has changed.
 */
final class LiveFeeds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveFeeds.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Proxies drop connections on which nothing happens. */
  private static final int SILENT_ROUNDS = 15;

  private final Map<String, Feed> feeds = new ConcurrentHashMap<>();
  private final Thread loop;

  /** A thing with its viewers. */
  private static final class Feed {
    private final String event;
    private final Supplier<?> source;
    private final Set<SseClient> viewers = ConcurrentHashMap.newKeySet();
    private volatile String newest;
    private int silentRounds;

    private Feed(String event, Supplier<?> source, String newest) {
      this.event = event;
      this.source = source;
      this.newest = newest;
    }
  }

  LiveFeeds() {
    loop = Thread.ofVirtual().name("live feeds").start(this::run);
  }

  /** Follows the one thing that the event is named after. */
  void follow(SseClient viewer, String event, Supplier<?> source) {
    follow(viewer, event, event, source);
  }

  /**
   * Sends what is known now, and everything new until the viewer goes away.
   *
   * @param event the events' name
   * @param key which of the things of this name it is
   * @param source reads it; its exceptions are the viewer's answer
   */
  void follow(SseClient viewer, String event, String key, Supplier<?> source) {
    Feed known = feeds.get(key);
    // Who joins others sees what they saw last, without asking the database.
    String now = known == null ? read(source) : known.newest;
    viewer.keepAlive();
    feeds.compute(
        key,
        (same, before) -> {
          Feed feed = before == null ? new Feed(event, source, now) : before;
          feed.viewers.add(viewer);
          viewer.onClose(() -> feed.viewers.remove(viewer));
          return feed;
        });
    viewer.sendEvent(event, now);
  }

  private static String read(Supplier<?> source) {
    return new String(Json.write(source.get()), StandardCharsets.UTF_8);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(EVERY);
      } catch (InterruptedException e) {
        return;
      }
      feeds.forEach((key, feed) -> tell(feed));
      feeds
          .keySet()
          .forEach(key ->
              feeds.computeIfPresent(key, (same, feed) -> feed.viewers.isEmpty() ? null : feed));
    }
  }

  private static void tell(Feed feed) {
    try {
      String now = read(feed.source);
      boolean changed = !now.equals(feed.newest);
      feed.newest = now;
      feed.silentRounds = changed ? 0 : feed.silentRounds + 1;
      for (SseClient viewer : feed.viewers) {
        if (changed) {
          viewer.sendEvent(feed.event, now);
        } else if (feed.silentRounds % SILENT_ROUNDS == 0) {
          viewer.sendComment("still there");
        }
      }
    } catch (DataAccessException | ProblemException e) {
      log.debug("cannot read what is followed: {}", feed.event, e);
    } catch (RuntimeException e) {
      // Whatever is wrong with one feed, the others go on.
      log.warn("cannot tell what is followed: {}", feed.event, e);
    }
  }

  @Override
  public void close() {
    loop.interrupt();
    feeds.values().forEach(feed -> feed.viewers.forEach(SseClient::close));
  }
}
