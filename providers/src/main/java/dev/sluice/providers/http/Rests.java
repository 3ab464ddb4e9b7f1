package dev.sluice.providers.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.hc.client5.http.ConnectionKeepAliveStrategy;
import org.apache.hc.client5.http.impl.DefaultConnectionKeepAliveStrategy;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * How long each connection has rested, and whether it may still be written to. That is judged where
 * it is written, because a message may wait for its permit for seconds with a connection that the
 * pool has given out as good.
 */
final class Rests implements ConnectionKeepAliveStrategy {
  /**
   * A provider that drops idle connections may do so just as one is used again, and that message is
   * in doubt. The shortest time in common use is 5 s (Node.js, Apache); those that announce theirs
   * are given a second's notice.
   */
  static final Duration LONGEST = Duration.ofSeconds(4);

  /**
   * A connection that rested for longer is looked at before it is used, which takes up to a
   * millisecond: if it was closed meanwhile, nothing is written to it and another is opened. Under
   * load the newest is used again sooner than that.
   */
  private static final Duration TRUSTED = Duration.ofMillis(100);

  private static final Timeout LOOK = Timeout.ofMilliseconds(1);

  private record Rest(long sinceNanos, long seenNanos, long mostNanos) {}

  /** A connection must not be written to any more, and nothing has been. */
  static final class OverException extends IOException {
    private static final long serialVersionUID = 1;
  }

  private final Map<HttpClientConnection, Rest> rests =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** As long as the provider announces, if it does, less a second. */
  @Override
  public TimeValue getKeepAliveDuration(HttpResponse answer, HttpContext context) {
    long announced =
        DefaultConnectionKeepAliveStrategy.INSTANCE
            .getKeepAliveDuration(answer, context)
            .toMilliseconds();
    // 0 would mean for ever.
    return TimeValue.ofMilliseconds(Math.clamp(announced - 1000, 1, LONGEST.toMillis()));
  }

  /** It has brought an answer, and rests from now on. */
  void begin(HttpClientConnection connection, HttpResponse answer, HttpContext context) {
    long now = System.nanoTime();
    rests.put(
        connection, new Rest(now, now, getKeepAliveDuration(answer, context).toNanoseconds()));
  }

  /**
   * Passes if the connection may be written to now; one that is not known has just been opened.
   *
   * @throws OverException if it rested for too long, or was closed
   */
  void check(HttpClientConnection connection) throws OverException {
    long now = System.nanoTime();
    Rest rest = rests.computeIfAbsent(connection, _ -> new Rest(now, now, LONGEST.toNanos()));
    if (now - rest.sinceNanos() > rest.mostNanos()) {
      throw new OverException();
    }
    if (now - rest.seenNanos() > TRUSTED.toNanos()) {
      if (closed(connection)) {
        throw new OverException();
      }
      rests.put(connection, new Rest(rest.sinceNanos(), now, rest.mostNanos()));
    }
  }

  /** Or about to be: what comes unasked is a 408, or nothing that could be an answer. */
  private static boolean closed(HttpClientConnection connection) {
    try {
      return connection.isDataAvailable(LOOK) || connection.isStale();
    } catch (IOException e) {
      return true;
    }
  }
}
