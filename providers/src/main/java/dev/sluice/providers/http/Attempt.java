package dev.sluice.providers.http;

import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.WithdrawnException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * One call: the permit it waits for before it is written, its deadline and, if it fails, whether
 * the provider can have seen any of it.
 */
final class Attempt extends HttpClientContext {
  /**
   * How long opening another connection may take if the one that waited for the permit can no
   * longer be used. A message written long after its permit would escape both the rate and a pause.
   */
  private static final Duration REOPENED_WITHIN = Duration.ofSeconds(1);

  /** The header with the time at which a request is written, µs since 1970. */
  private static final String WRITTEN = "Sluice-Written";

  private final HttpUriRequestBase request;
  private final Permit permit;
  private final boolean probe;
  private final Duration timeout;
  private volatile long deadlineNanos;
  private volatile boolean waiting;
  private volatile boolean permitted;
  private volatile boolean begun;
  private volatile boolean late;
  private volatile Openings.@Nullable Place place;
  private @Nullable WithdrawnException withdrawn;

  /**
   * Prepares a call.
   *
   * @param timeout how long opening a connection may take, and how long the call may take from its
   *     first byte on
   */
  Attempt(HttpUriRequestBase request, Permit permit, Duration timeout) {
    this(request, permit, false, timeout);
  }

  private Attempt(HttpUriRequestBase request, Permit permit, boolean probe, Duration timeout) {
    this.request = request;
    this.probe = probe;
    this.permit = permit;
    this.timeout = timeout;
    deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  /** Prepares a call that sends no message: it needs no permit and waits for no other call. */
  static Attempt probe(HttpUriRequestBase request, Duration timeout) {
    return new Attempt(request, Permit.FREE, true, timeout);
  }

  /** Returns whether it got its permit. */
  boolean permitted() {
    return permitted;
  }

  /** Returns whether a connection was ready and the request was about to be written to it. */
  boolean begun() {
    return begun;
  }

  /** Returns whether it was aborted at its deadline. */
  boolean late() {
    return late;
  }

  /** Waits until it may get itself a connection. A message that has its permit must not wait. */
  void awaitPlace(Openings openings) throws IOException {
    if (permitted || probe) {
      return;
    }
    long left = deadlineNanos - System.nanoTime();
    waiting = true;
    try {
      place = openings.take(permit);
    } finally {
      deadlineNanos = System.nanoTime() + left;
      waiting = false;
    }
  }

  /** Lets the next call get itself a connection. */
  void leavePlace() {
    Openings.Place taken = place;
    if (taken != null) {
      taken.leave();
    }
  }

  /** Aborts the call if its deadline has passed; its waits for a place and permit do not count. */
  void endIfLate(long nowNanos) {
    Openings.Place taken = place;
    if (taken != null) {
      taken.leaveIfLate(nowNanos);
    }
    if (!waiting && nowNanos - deadlineNanos > 0) {
      late = true;
      request.abort();
    }
  }

  /** Rethrows the permit's exception, once the connection has been returned to the pool. */
  void requireWanted() {
    if (withdrawn != null) {
      throw withdrawn;
    }
  }

  /**
   * Waits for the permit and returns whether the request may be written; false if it was withdrawn.
   */
  private boolean begin(HttpClientConnection connection, Rests rests) throws IOException {
    leavePlace();
    if (!permitted) {
      // If a new connection is needed, open it before the permit rather than after.
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
    // The connect deadline may have aborted it just before it began to wait.
    if (late) {
      throw new ConnectionClosedException("the connection was closed while it waited");
    }
    begun = true;
    return true;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Waits for the permit when a connection is open, and records that the request is then written.
   */
  static final class Noting extends HttpRequestExecutor {
    private final Rests rests;
    private final Openings openings;
    private final boolean writeTimes;

    Noting(Rests rests, Openings openings, boolean writeTimes) {
      this.rests = rests;
      this.openings = openings;
      this.writeTimes = writeTimes;
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
        // An exception would close the connection; a response keeps it open.
        return new BasicClassicHttpResponse(HttpStatus.SC_NO_CONTENT);
      }
      if (writeTimes) {
        request.setHeader(WRITTEN, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
      }
      ClassicHttpResponse answer = super.execute(request, connection, information, context);
      boolean first = rests.begin(connection, answer, context);
      boolean kept = DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, answer, context);
      // A connection that was used before is closed now and then, when a server shuts down.
      if (kept || first) {
        openings.kept(kept);
      }
      return answer;
    }
  }
}
