package dev.sluice.console.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of rows on their way into the database. Each is first received whole into a temporary file,
 * at its sender's speed and without a connection to PostgreSQL; only then does it wait for one of
 * the few places in which files of its kind are read and written.
 */
public final class Uploads {
  /** The purpose of a file, which decides for which other files it may have to wait. */
  public enum Use {
    /** Its recipients are added to a campaign. Only two imports write at the same time. */
    IMPORT(2, "Other files are being imported"),

    /** It is only looked through, while somebody waits for the result. */
    CHECK(2, "Other files are being checked"),

    /** Its numbers are suppressed; even a single one comes like this, and must not wait long. */
    SUPPRESSION(3, "Other numbers are being suppressed");

    private final int atOnce;
    private final String busy;

    Use(int atOnce, String busy) {
      this.atOnce = atOnce;
      this.busy = busy;
    }

    /** Returns how many files are read for this at the same time. */
    public int atOnce() {
      return atOnce;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Uploads.class);

  /**
   * The limits of accepted uploads.
   *
   * @param spool how much is kept at the same time
   * @param atOnce bodies that may be on their way or kept at the same time
   * @param leastSpeed how fast a body must arrive, and its conversion must be read
   * @param turnWait how long a whole body waits for its turn
   * @param turnTakes how long its turn lasts
   */
  public record Limits(
      Spool.Limits spool,
      int atOnce,
      LeastSpeed leastSpeed,
      Duration turnWait,
      Duration turnTakes) {
    public static final Limits DEFAULT =
        new Limits(
            Spool.Limits.DEFAULT,
            32,
            new LeastSpeed(1_024, Duration.ofSeconds(10), Duration.ofHours(1)),
            Duration.ofMinutes(1),
            Duration.ofMinutes(15));

    /** Returns how many temporary files there may be: each body's, and that of its conversion. */
    int files() {
      return 2 * atOnce;
    }
  }

  private final LeastSpeed leastSpeed;
  private final Duration turnTakes;
  private final Deadlines deadlines;
  private final Spool spool;
  private final Bulkhead onTheirWay;
  private final Map<Use, Bulkhead> turns = new EnumMap<>(Use.class);

  public Uploads(Limits limits, Deadlines deadlines) {
    this.deadlines = deadlines;
    leastSpeed = limits.leastSpeed();
    turnTakes = limits.turnTakes();
    spool = new Spool(limits.spool(), limits.files());
    onTheirWay =
        new Bulkhead(
            limits.atOnce(),
            Duration.ZERO,
            limits.atOnce() + " files are being uploaded already; try again later.");
    for (Use use : Use.values()) {
      turns.put(
          use,
          Bulkhead.computing(
              use.atOnce(),
              limits.turnWait(),
              use.busy + ", so nothing was saved; try again later."));
    }
  }

  /**
   * Receives a request's body, and uses it.
   *
   * @param reading receives the whole body
   * @throws ProblemException 429 if there is no place for it, 413 if it is too long or its use
   *     takes too long, 408 if it arrives too slowly, 400 if it is broken, 503 or 507 if there is
   *     no room to keep it
   */
  public <T> T take(Context context, Use use, Function<InputStream, T> reading) {
    return keep(context, body -> inTurn(use, () -> reading.apply(timed(body))));
  }

  /** Runs work without a body in a place among files of this use. */
  public <T> T inTurn(Use use, Supplier<T> work) {
    return Objects.requireNonNull(turns.get(use)).run(work);
  }

  /** Converts a body into a response. */
  public interface Conversion {
    void write(InputStream body, OutputStream made) throws IOException;
  }

  /**
   * Receives a request's body, and responds with its conversion. The conversion is kept as well, so
   * that a slow reader occupies no place that other files need.
   *
   * @throws ProblemException as {@link #take} does, before anything was sent
   */
  public void convert(Context context, Use use, Conversion conversion) {
    keep(
        context,
        body -> {
          try (Spool.Kept made = spool.open()) {
            inTurn(use, () -> convert(timed(body), made, conversion));
            Download.send(context, leastSpeed, made.read()::transferTo);
          }
          return context;
        });
  }

  private InputStream timed(InputStream body) {
    return new TimedBody(body, turnTakes);
  }

  private static OutputStream convert(InputStream body, OutputStream made, Conversion conversion) {
    try {
      conversion.write(body, made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Reading<T> {
    T of(InputStream body) throws IOException;
  }

  private <T> T keep(Context context, Reading<T> reading) {
    return onTheirWay.run(() -> {
      try (Spool.Kept file = spool.open()) {
        receive(context, file);
        return reading.of(file.read());
      } catch (IOException | UncheckedIOException e) {
        log.warn("an upload cannot be kept", e);
        throw ProblemException.unavailable("The file cannot be kept; nothing was saved.");
      }
    });
  }

  private void receive(Context context, OutputStream kept) throws IOException {
    EndPoint connection = Wire.of(context);
    long usual = connection.getIdleTimeout();
    // A body of which nothing arrives at all is given up as soon as one that trickles.
    connection.setIdleTimeout(leastSpeed.window().toMillis());
    InputStream body = context.bodyInputStream();
    LeastSpeed.Watch watch = leastSpeed.watch();
    byte[] buffer = new byte[16 * 1024];
    int bytes;
    while ((bytes = read(body, buffer, watch, connection)) >= 0) {
      kept.write(buffer, 0, bytes);
    }
    connection.setIdleTimeout(usual);
  }

  private int read(InputStream body, byte[] buffer, LeastSpeed.Watch watch, EndPoint connection) {
    int bytes;
    watch.start();
    try (var _ = deadlines.within(leastSpeed.window(), connection)) {
      bytes = body.read(buffer);
    } catch (IOException e) {
      log.debug("an upload broke off", e);
      throw BrokenBody.problem(e);
    }
    if (bytes >= 0 && watch.isTooSlow(bytes)) {
      throw ProblemException.requestTimeout(
          "The upload came too slowly, so nothing was saved: a file must bring at least "
              + leastSpeed.least()
              + " bytes a second, and be whole within "
              + leastSpeed.whole().toMinutes()
              + " minutes.");
    }
    return bytes;
  }
}
