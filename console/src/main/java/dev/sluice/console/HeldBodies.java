package dev.sluice.console;

import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bodies that are held in memory, all of them together within a budget. They take their part of it
 * as they arrive and not as they are announced: to announce much costs a client nothing.
 */
final class HeldBodies {
  private static final Logger log = LoggerFactory.getLogger(HeldBodies.class);

  /** Bodies grow by so much, which is what a stream collects at a time. */
  private static final int PORTION = 16 * 1024;

  /**
   * What is taken.
   *
   * @param longest the longest body, bytes
   * @param together all bodies at the same time, bytes
   * @param patience the time in which a body must come
   */
  record Limits(int longest, int together, Duration patience) {
    static final Limits API = new Limits(1_000_000, 20 << 20, Duration.ofSeconds(20));

    /** Meta's calls have at most 3 MB. */
    static final Limits WEBHOOKS = new Limits(3 << 20, 12 << 20, Duration.ofSeconds(10));
  }

  private final Limits limits;
  private final Deadlines deadlines;
  private final ByteBudget budget;

  /**
   * Holds nothing yet.
   *
   * @param kind names these bodies in metrics
   */
  HeldBodies(String kind, Limits limits, Deadlines deadlines, MeterRegistry meters) {
    this.limits = limits;
    this.deadlines = deadlines;
    budget = new ByteBudget(limits.together());
    Gauge.builder("sluice.console.bodies.held", budget, ByteBudget::taken)
        .description("Bodies of requests that are in memory")
        .baseUnit("bytes")
        .tag("kind", kind)
        .register(meters);
  }

  /** A body that came whole; its part of the budget is free when it is closed. */
  record Body(@SuppressWarnings("ArrayRecordComponent") byte[] bytes, ByteBudget.Share share)
      implements AutoCloseable {
    @Override
    public void close() {
      share.close();
    }
  }

  /**
   * Reads a body in JSON.
   *
   * @throws ProblemException as {@link #take} does, or 400 if it is not what is expected
   */
  <T> T read(Context context, Class<T> type) {
    try (Body body = take(context)) {
      return Bodies.read(body.bytes(), type);
    }
  }

  /** The same of a body that may be missing. */
  <T> Optional<T> readIfAny(Context context, Class<T> type) {
    try (Body body = take(context)) {
      return body.bytes().length == 0
          ? Optional.empty()
          : Optional.of(Bodies.read(body.bytes(), type));
    }
  }

  /**
   * Takes a request's body.
   *
   * @throws ProblemException 413 if it is too long, 400 or 408 if it does not come whole, 503 if
   *     there is no room for it; the connection is closed then, as the rest may still come
   */
  Body take(Context context) {
    ByteBudget.Share share = budget.share();
    try {
      return new Body(receive(context, share), share);
    } catch (RuntimeException e) {
      share.close();
      context.header("Connection", "close");
      throw e;
    }
  }

  private byte[] receive(Context context, ByteBudget.Share share) {
    if (context.req().getContentLengthLong() > limits.longest()) {
      throw tooLong();
    }
    EndPoint connection = Wire.of(context);
    long usual = connection.getIdleTimeout();
    connection.setIdleTimeout(limits.patience().toMillis());
    try (var _ = deadlines.within(limits.patience(), connection);
        InputStream body = new Arriving(context.bodyInputStream(), share)) {
      return body.readAllBytes();
    } catch (IOException e) {
      log.debug("a body broke off", e);
      throw BrokenBody.problem(e);
    } finally {
      connection.setIdleTimeout(usual);
    }
  }

  private ProblemException tooLong() {
    return ProblemException.tooLarge("A body has at most " + limits.longest() + " bytes.");
  }

  /** A body on its way, which takes of the budget what it is about to need. */
  private final class Arriving extends InputStream {
    private final InputStream body;
    private final ByteBudget.Share share;
    private final long begun = System.nanoTime();
    private long came;

    private Arriving(InputStream body, ByteBudget.Share share) {
      this.body = body;
      this.share = share;
    }

    @Override
    public int read() throws IOException {
      byte[] single = new byte[1];
      return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (came == share.bytes() && !share.grow(PORTION)) {
        throw ProblemException.unavailable(
            "The console holds as many bodies as it has room for; try again later.");
      }
      int read = body.read(into, from, (int) Math.min(length, share.bytes() - came));
      came += Math.max(0, read);
      if (came > limits.longest()) {
        throw tooLong();
      }
      if (read >= 0 && System.nanoTime() - begun > limits.patience().toNanos()) {
        throw ProblemException.requestTimeout(
            "The body came too slowly: it has " + limits.patience().toSeconds() + " s.");
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}
