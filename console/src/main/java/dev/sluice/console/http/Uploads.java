package dev.sluice.console.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of rows on their way into the database. Each is first received whole into a temporary file,
 * at its sender's pace and without a connection to PostgreSQL; only then does it wait for one of
 * the few places in which files are read and written.
 */
public final class Uploads {
  /** Files that are written into the database at the same time. */
  public static final int IMPORTS = 2;

  private static final Logger log = LoggerFactory.getLogger(Uploads.class);

  /**
   * What is accepted.
   *
   * @param spool how much is kept at the same time
   * @param atOnce bodies that may be on their way or kept at the same time
   * @param pace how fast a body must arrive, and its conversion must be read
   * @param importsWait how long a whole body waits for its turn
   * @param importsTake how long its turn lasts
   */
  public record Limits(
      Spool.Limits spool, int atOnce, Pace pace, Duration importsWait, Duration importsTake) {
    public static final Limits DEFAULT =
        new Limits(
            Spool.Limits.DEFAULT,
            32,
            new Pace(1_024, Duration.ofSeconds(10), Duration.ofHours(1)),
            Duration.ofMinutes(1),
            Duration.ofMinutes(15));

    /** Returns how many temporary files there may be: each body's, and that of its conversion. */
    int files() {
      return 2 * atOnce;
    }
  }

  private final Pace pace;
  private final Duration importsTake;
  private final Deadlines deadlines;
  private final Spool spool;
  private final Bulkhead onTheirWay;
  private final Bulkhead importing;

  public Uploads(Limits limits, Deadlines deadlines) {
    this.deadlines = deadlines;
    pace = limits.pace();
    importsTake = limits.importsTake();
    spool = new Spool(limits.spool(), limits.files());
    onTheirWay =
        new Bulkhead(
            limits.atOnce(),
            Duration.ZERO,
            limits.atOnce() + " files are being uploaded already; try again later.");
    importing =
        Bulkhead.computing(
            IMPORTS,
            limits.importsWait(),
            "Other files are being imported, and nothing of this one was taken; try again later.");
  }

  /**
   * Receives a request's body, and uses it.
   *
   * @param use receives the whole body
   * @throws ProblemException 429 if there is no place for it, 413 if it is too long or its use
   *     takes too long, 408 if it arrives too slowly, 400 if it is broken, 503 or 507 if there is
   *     no room to keep it
   */
  public <T> T take(Context context, Function<InputStream, T> use) {
    return keep(context, body -> importing.run(() -> use.apply(timed(body))));
  }

  /** Runs work without a body that writes as many rows, in a place among the imports. */
  public <T> T inTurn(Supplier<T> work) {
    return importing.run(work);
  }

  /** Converts a body into a response. */
  public interface Conversion {
    void write(InputStream body, OutputStream made) throws IOException;
  }

  /**
   * Receives a request's body, and responds with its conversion. The conversion is kept as well, so
   * that a slow reader occupies no place that imports need.
   *
   * @throws ProblemException as {@link #take} does, before anything was sent
   */
  public void convert(Context context, Conversion use) {
    keep(
        context,
        body -> {
          try (Spool.Kept made = spool.open()) {
            importing.run(() -> convert(timed(body), made, use));
            Download.send(context, pace, made.read()::transferTo);
          }
          return context;
        });
  }

  private InputStream timed(InputStream body) {
    return new TimedBody(body, importsTake);
  }

  private static OutputStream convert(InputStream body, OutputStream made, Conversion use) {
    try {
      use.write(body, made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Use<T> {
    T of(InputStream body) throws IOException;
  }

  private <T> T keep(Context context, Use<T> use) {
    return onTheirWay.run(() -> {
      try (Spool.Kept file = spool.open()) {
        receive(context, file);
        return use.of(file.read());
      } catch (IOException | UncheckedIOException e) {
        log.warn("an upload cannot be kept", e);
        throw ProblemException.unavailable("The file cannot be kept; nothing of it was taken.");
      }
    });
  }

  private void receive(Context context, OutputStream kept) throws IOException {
    EndPoint connection = Wire.of(context);
    long usual = connection.getIdleTimeout();
    // A body of which nothing arrives at all is given up as soon as one that trickles.
    connection.setIdleTimeout(pace.window().toMillis());
    InputStream body = context.bodyInputStream();
    Pace.Watch watch = pace.watch();
    byte[] buffer = new byte[16 * 1024];
    int bytes;
    while ((bytes = read(body, buffer, watch, connection)) >= 0) {
      kept.write(buffer, 0, bytes);
    }
    connection.setIdleTimeout(usual);
  }

  private int read(InputStream body, byte[] buffer, Pace.Watch watch, EndPoint connection) {
    int bytes;
    watch.start();
    try (var _ = deadlines.within(pace.window(), connection)) {
      bytes = body.read(buffer);
    } catch (IOException e) {
      log.debug("an upload broke off", e);
      throw BrokenBody.problem(e);
    }
    if (bytes >= 0 && watch.isTooSlow(bytes)) {
      throw ProblemException.requestTimeout(
          "The upload came too slowly, and nothing of it was taken: a file must bring at least "
              + pace.least()
              + " bytes a second, and be whole within "
              + pace.whole().toMinutes()
              + " minutes.");
    }
    return bytes;
  }
}
