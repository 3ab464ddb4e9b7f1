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
 * Tracks how long each connection has been idle and whether it may still be written to. This is
 * checked when the request is written, because a message may wait seconds for its permit with a
 * connection that the pool considered good.
 */
final class Rests implements ConnectionKeepAliveStrategy {
  /**
   * The longest idle time of a connection. A provider that closes idle connections may do so just
   * as one is used again, which leaves that message in doubt. The shortest idle timeout in common
   * use is 5 s (Node.js, Apache); one that a provider announces is reduced by a second.
   */
  static final Duration LONGEST = Duration.ofSeconds(4);

  /**
   * A connection that was idle for longer is checked before it is used, which takes up to 1 ms: if
   * it has been closed, nothing is written to it and another is opened. Under load, connections are
   * reused sooner than this.
   */
  private static final Duration TRUSTED = Duration.ofMillis(100);

  private static final Timeout LOOK = Timeout.ofMilliseconds(1);

  private record Rest(long sinceNanos, long seenNanos, long mostNanos, boolean unused) {}

  /** Thrown if a connection must not be used any more and nothing was written to it. */
  static final class OverException extends IOException {
    private static final long serialVersionUID = 1;
  }

  private final Map<HttpClientConnection, Rest> rests =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** Returns the idle time that the provider announces less a second, at most {@link #LONGEST}. */
  @Override
  public TimeValue getKeepAliveDuration(HttpResponse answer, HttpContext context) {
    long announced =
        DefaultConnectionKeepAliveStrategy.INSTANCE
            .getKeepAliveDuration(answer, context)
            .toMilliseconds();
    // 0 would mean forever.
    return TimeValue.ofMilliseconds(Math.clamp(announced - 1000, 1, LONGEST.toMillis()));
  }

  /**
   * Records that a connection has received a response and is idle from now on; returns whether it
   * was its first.
   */
  boolean begin(HttpClientConnection connection, HttpResponse answer, HttpContext context) {
    long now = System.nanoTime();
    long most = getKeepAliveDuration(answer, context).toNanoseconds();
    Rest before = rests.put(connection, new Rest(now, now, most, false));
    return before == null || before.unused();
  }

  /**
   * Checks that the connection may be written to now; an unknown one has just been opened.
   *
   * @throws OverException if it was idle for too long, or was closed
   */
  void check(HttpClientConnection connection) throws OverException {
    long now = System.nanoTime();
    Rest rest = rests.computeIfAbsent(connection, _ -> new Rest(now, now, LONGEST.toNanos(), true));
    if (now - rest.sinceNanos() > rest.mostNanos()) {
      throw new OverException();
    }
    if (now - rest.seenNanos() > TRUSTED.toNanos()) {
      if (closed(connection)) {
        throw new OverException();
      }
      rests.put(connection, new Rest(rest.sinceNanos(), now, rest.mostNanos(), rest.unused()));
    }
  }

  /**
   * Returns whether it is closed or about to be: unsolicited data is a 408 or not a response at
   * all.
   */
  private static boolean closed(HttpClientConnection connection) {
    try {
      return connection.isDataAvailable(LOOK) || connection.isStale();
    } catch (IOException e) {
      return true;
    }
  }
}
