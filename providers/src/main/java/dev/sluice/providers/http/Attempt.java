package dev.sluice.providers.http;

import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.WithdrawnException;
import java.io.IOException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * One call: what it waits for before it is written, until when, and what is known of it if it
 * fails: whether the provider can have seen any of it, and why.
 */
final class Attempt extends HttpClientContext {
  /**
   * How long another connection may take to open when the one that waited for the permit cannot be
   * used any more. Neither the rate nor a pause holds for what is written long after its permit.
   */
  private static final Duration REOPENED_WITHIN = Duration.ofSeconds(1);

  private final HttpUriRequestBase request;
  private final Permit permit;
  private final Duration timeout;
  private volatile long deadlineNanos;
  private volatile boolean waiting;
  private volatile boolean permitted;
  private volatile boolean begun;
  private volatile boolean late;
  private @Nullable WithdrawnException withdrawn;

  /**
   * Prepares a call.
   *
   * @param timeout how long it may take until its connection is open, and from its first byte on
   */
  Attempt(HttpUriRequestBase request, Permit permit, Duration timeout) {
    this.request = request;
    this.permit = permit;
    this.timeout = timeout;
    deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  /** Whether it had its permit. */
  boolean permitted() {
    return permitted;
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
    if (!waiting && nowNanos - deadlineNanos > 0) {
      late = true;
      request.abort();
    }
  }

  /** Lets the permit's exception through, once the connection has been given back. */
  void requireWanted() {
    if (withdrawn != null) {
      throw withdrawn;
    }
  }

  /** Whether the request may be written now; else it is withdrawn. */
  private boolean begin(HttpClientConnection connection, Rests rests) throws IOException {
    if (!permitted) {
      // Another one, if it takes that, is better opened before the permit than after it.
      rests.check(connection);
      waiting = true;
      try {
        permit.await();
      } catch (WithdrawnException e) {
        withdrawn = e;
        return false;
      }
      permitted = true;
      deadlineNanos = System.nanoTime() + min(timeout, REOPENED_WITHIN).toNanos();
      waiting = false;
    }
    rests.check(connection);
    deadlineNanos = System.nanoTime() + timeout.toNanos();
    // It may have been ended for its slow connection just before it began to wait.
    if (late) {
      throw new ConnectionClosedException("the connection was closed while it waited");
    }
    begun = true;
    return true;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Awaits the permit when a connection is open, and notes that the request is then written. */
  static final class Noting extends HttpRequestExecutor {
    private final Rests rests;

    Noting(Rests rests) {
      this.rests = rests;
    }

    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        HttpResponseInformationCallback information,
        HttpContext context)
        throws IOException, HttpException {
      // CONNECT asks a proxy for a connection to the provider.
      if (!(context instanceof Attempt attempt) || request.getMethod().equals("CONNECT")) {
        return super.execute(request, connection, information, context);
      }
      if (!attempt.begin(connection, rests)) {
        // After an exception the connection would be closed; after an answer it is kept.
        return new BasicClassicHttpResponse(HttpStatus.SC_NO_CONTENT);
      }
      ClassicHttpResponse answer = super.execute(request, connection, information, context);
      rests.begin(connection, answer, context);
      return answer;
    }
  }
}
