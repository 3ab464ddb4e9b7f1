package dev.sluice.providers.http;

import dev.sluice.providers.spi.Permit;
import java.io.IOException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * One call: what it waits for before it is written, until when, and what is known of it if it
 * fails: whether the provider can have seen any of it, and why.
 */
final class Attempt extends HttpClientContext {
  /** A connection that has waited for longer is looked at again before it is written to. */
  private static final Duration LONG_WAIT = Duration.ofMillis(100);

  private final HttpUriRequestBase request;
  private final Permit permit;
  private final Duration timeout;
  private volatile long sinceNanos = System.nanoTime();
  private volatile boolean waiting;
  private volatile boolean begun;
  private volatile boolean late;

  /**
   * Prepares a call.
   *
   * @param timeout how long it may take until its connection is open, and from its first byte on
   */
  Attempt(HttpUriRequestBase request, Permit permit, Duration timeout) {
    this.request = request;
    this.permit = permit;
    this.timeout = timeout;
  }

  /** Whether a connection was ready and the request was about to be written to it. */
  boolean begun() {
    return begun;
  }

  /** Whether it was ended because its time was over. */
  boolean late() {
    return late;
  }

  /** Ends it if its time is over; waiting for its turn takes none of it. */
  void endIfLate(long nowNanos) {
    if (!waiting && nowNanos - sinceNanos > timeout.toNanos()) {
      late = true;
      request.abort();
    }
  }

  private void begin(HttpClientConnection connection) throws IOException {
    long readyNanos = System.nanoTime();
    waiting = true;
    permit.await();
    sinceNanos = System.nanoTime();
    waiting = false;
    // It may have been ended for its slow connection just before it began to wait.
    if (late || (sinceNanos - readyNanos > LONG_WAIT.toNanos() && connection.isStale())) {
      throw new ConnectionClosedException("the connection was closed while it waited");
    }
    begun = true;
  }

  /** Awaits the permit when a connection is open, and notes that the request is then written. */
  static final class Noting extends HttpRequestExecutor {
    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        HttpResponseInformationCallback information,
        HttpContext context)
        throws IOException, HttpException {
      // CONNECT asks a proxy for a connection to the provider.
      if (context instanceof Attempt attempt && !request.getMethod().equals("CONNECT")) {
        attempt.begin(connection);
      }
      return super.execute(request, connection, information, context);
    }
  }
}
