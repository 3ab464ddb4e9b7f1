package dev.sluice.console.http;

import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Request bodies held in memory, all of them together within a budget. A body takes its part of the
 * budget as it arrives, not as it is announced: announcing much costs a client nothing.
 */
public final class HeldBodies {
  private static final Logger log = LoggerFactory.getLogger(HeldBodies.class);

  /** Step by which a body's part grows, in bytes: what a stream collects at a time. */
  private static final int PORTION = 16 * 1024;

  /**
   * Most bodies are shorter than this, in bytes; longer ones may take a part of the budget only.
   */
  private static final int SMALL = 64 * 1024;

  /**
   * The limits of accepted bodies.
   *
   * @param longest the longest body, in bytes
   * @param together all bodies at the same time, in bytes
   * @param leastSpeed how fast a body must arrive
   * @param crowd which body is dropped when there is no room
   */
  public record Limits(int longest, int together, LeastSpeed leastSpeed, Crowd crowd) {
    public static final Limits API =
        new Limits(
            1_000_000,
            20 << 20,
            new LeastSpeed(1_024, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            Crowd.LAST_GOES);

    /** Meta's calls have at most 3 MB, and come from machines that send them at once. */
    public static final Limits WEBHOOKS =
        new Limits(
            3 << 20,
            12 << 20,
            new LeastSpeed(32_768, Duration.ofSeconds(3), Duration.ofSeconds(10)),
            Crowd.FIRST_GOES);

    /** A name and a password; anybody may send one. */
    public static final Limits SIGN_INS =
        new Limits(
            4_096,
            1 << 20,
            new LeastSpeed(1_024, Duration.ofSeconds(3), Duration.ofSeconds(10)),
            Crowd.FIRST_GOES);

    /** Returns what bodies that are not small may take together, in bytes. */
    int large() {
      return crowd == Crowd.FIRST_GOES ? together : together / 3 * 2;
    }
  }

  /** Which body is dropped when there is no room. */
  enum Crowd {
    /**
     * The newest one, so that clients that are known to belong here may take the time they need.
     */
    LAST_GOES,
    /**
     * The one that has been arriving for the longest. Anybody may send one, and only a whole body
     * can be told from a genuine one, which arrives at once.
     */
    FIRST_GOES
  }

  private final Limits limits;
  private final Deadlines deadlines;
  private final ByteBudget budget;
  private final ByteBudget ofLarge;

  /** Bodies that take room and are not whole yet, in the order in which they began. */
  private final Set<Claim> unfinished = new LinkedHashSet<>();

  /**
   * Creates an empty pool.
   *
   * @param kind names these bodies in metrics
   */
  public HeldBodies(String kind, Limits limits, Deadlines deadlines, MeterRegistry meters) {
    this.limits = limits;
    this.deadlines = deadlines;
    budget = new ByteBudget(limits.together());
    ofLarge = new ByteBudget(limits.large());
    Gauge.builder("sluice.console.bodies.held", budget, ByteBudget::taken)
        .description("Bodies of requests that are in memory")
        .baseUnit("bytes")
        .tag("kind", kind)
        .register(meters);
  }

  /** A body that arrived whole; closing it frees its part of the budget. */
  public record Body(@SuppressWarnings("ArrayRecordComponent") byte[] bytes, Claim claim)
      implements AutoCloseable {
    @Override
    public void close() {
      claim.close();
    }
  }

  /** A body's claim on the budget, and once it is large, on the part for large bodies too. */
  private final class Claim implements AutoCloseable {
    private final EndPoint connection;
    private final ByteBudget.Share share = budget.share();
    private final ByteBudget.Share large = ofLarge.share();
    private boolean gone;

    private Claim(EndPoint connection) {
      this.connection = connection;
      synchronized (unfinished) {
        unfinished.add(this);
      }
    }

    /**
     * Returns how many more bytes may arrive after {@code came}; 0 if there is no room for more.
     */
    int left(long came) {
      synchronized (unfinished) {
        if (share.bytes() > came) {
          return (int) (share.bytes() - came);
        }
      }
      return grow() ? PORTION : 0;
    }

    /** Takes more, at the expense of other bodies if necessary. */
    private boolean grow() {
      List<Claim> others = new ArrayList<>();
      boolean grown;
      synchronized (unfinished) {
        grown = take();
        Optional<Claim> first = first();
        while (!grown && first.isPresent()) {
          first.get().leave();
          others.add(first.get());
          grown = take();
          first = first();
        }
      }
      others.forEach(other -> other.connection.close(new IOException("others need the memory")));
      return grown;
    }

    private boolean take() {
      return !gone
          && share.grow(PORTION)
          && (share.bytes() <= SMALL || large.grow(share.bytes() - large.bytes()));
    }

    /** Returns the body to drop next in favour of this one. */
    private Optional<Claim> first() {
      return limits.crowd() == Crowd.FIRST_GOES && !gone
          ? unfinished.stream().filter(other -> other != this).findFirst()
          : Optional.empty();
    }

    private void leave() {
      gone = true;
      close();
    }

    /** Marks the body as whole, after which it cannot be dropped; false if it already has been. */
    boolean whole() {
      synchronized (unfinished) {
        unfinished.remove(this);
        return !gone;
      }
    }

    boolean isGone() {
      synchronized (unfinished) {
        return gone;
      }
    }

    @Override
    public void close() {
      synchronized (unfinished) {
        unfinished.remove(this);
        share.close();
        large.close();
      }
    }
  }

  /**
   * Reads a body as JSON.
   *
   * @throws ProblemException as {@link #take} does, or 400 if it is not what is expected
   */
  public <T> T read(Context context, Class<T> type) {
    try (Body body = take(context)) {
      return Bodies.read(body.bytes(), type);
    }
  }

  /**
   * Receives a request's body.
   *
   * @throws ProblemException 413 if it is too long, 400 or 408 if it does not arrive whole, 503 if
   *     there is no room for it; the connection is closed then, as the rest may still arrive
   */
  public Body take(Context context) {
    Claim claim = new Claim(Wire.of(context));
    try {
      byte[] body = receive(context, claim);
      if (!claim.whole()) {
        throw noRoom();
      }
      return new Body(body, claim);
    } catch (RuntimeException | Error e) {
      claim.close();
      context.header("Connection", "close");
      throw e;
    }
  }

  private byte[] receive(Context context, Claim claim) {
    if (context.req().getContentLengthLong() > limits.longest()) {
      throw tooLong();
    }
    EndPoint connection = claim.connection;
    long usual = connection.getIdleTimeout();
    connection.setIdleTimeout(limits.leastSpeed().window().toMillis());
    try (InputStream body = new Arriving(context.bodyInputStream(), claim, connection)) {
      return body.readAllBytes();
    } catch (IOException e) {
      log.debug("a body broke off", e);
      throw claim.isGone() ? noRoom() : BrokenBody.problem(e);
    } finally {
      connection.setIdleTimeout(usual);
    }
  }

  private static ProblemException noRoom() {
    return ProblemException.unavailable(
        "The console has no room for this body now; try again later.");
  }

  private ProblemException tooLong() {
    return ProblemException.tooLarge("A body has at most " + limits.longest() + " bytes.");
  }

  /** A body on its way; takes from the budget what it is about to need. */
  private final class Arriving extends InputStream {
    private final InputStream body;
    private final Claim claim;
    private final EndPoint connection;
    private final LeastSpeed.Watch watch = limits.leastSpeed().watch();
    private long came;

    private Arriving(InputStream body, Claim claim, EndPoint connection) {
      this.body = body;
      this.claim = claim;
      this.connection = connection;
    }

    @Override
    public int read() throws IOException {
      byte[] single = new byte[1];
      return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int left = claim.left(came);
      if (left == 0) {
        throw noRoom();
      }
      int read = receive(into, from, Math.min(length, left));
      came += Math.max(0, read);
      if (came > limits.longest()) {
        throw tooLong();
      }
      if (read >= 0 && watch.isTooSlow(read)) {
        throw ProblemException.requestTimeout(
            "The body came too slowly: it must bring at least "
                + limits.leastSpeed().least()
                + " bytes a second, and has "
                + limits.leastSpeed().whole().toSeconds()
                + " s.");
      }
      return read;
    }

    private int receive(byte[] into, int from, int length) throws IOException {
      watch.start();
      try (var _ = deadlines.within(limits.leastSpeed().window(), connection)) {
        return body.read(into, from, length);
      }
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}
