package dev.sluice.console;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of rows on their way into the database. Each is taken whole to a temporary file first, at
 * its sender's pace and without a connection to PostgreSQL; only then it waits for one of the few
 * places in which files are read and written. The file loses its name as soon as it is open, so
 * that nothing is left of it whatever happens to this process.
 */
final class Uploads {
  private static final Logger log = LoggerFactory.getLogger(Uploads.class);

  /**
   * What is taken.
   *
   * @param folder where temporary files are
   * @param longest the longest body, bytes
   * @param atOnce bodies that may be on their way or kept at the same time
   * @param leastRate bytes a second that a body must bring
   * @param window the time over which that is looked at
   * @param importsWait how long a body that has come whole waits for its turn
   */
  record Limits(
      Path folder, long longest, int atOnce, int leastRate, Duration window, Duration importsWait) {
    static final Limits DEFAULT =
        new Limits(
            Path.of(System.getProperty("java.io.tmpdir")),
            1L << 30,
            32,
            1_024,
            Duration.ofSeconds(10),
            Duration.ofMinutes(1));
  }

  private final Limits limits;
  private final Bulkhead onTheirWay;
  private final Bulkhead importing;

  Uploads(Limits limits) {
    this.limits = limits;
    onTheirWay =
        new Bulkhead(
            limits.atOnce(),
            Duration.ZERO,
            limits.atOnce() + " files are being uploaded already; try again later.");
    importing =
        new Bulkhead(
            Connections.IMPORTS,
            limits.importsWait(),
            "Other files are being imported, and nothing of this one was taken; try again later.");
  }

  /**
   * Takes a request's body, and lets it be used.
   *
   * @param use is given the whole body
   * @throws ProblemException 429 if there is no place for it, 413 if it is too long, 408 if it
   *     comes too slowly
   */
  <T> T take(Context context, Function<InputStream, T> use) {
    return keep(context, body -> importing.run(() -> use.apply(body)));
  }

  /** What is made of a body. */
  interface Conversion {
    void write(InputStream body, OutputStream made) throws IOException;
  }

  /**
   * Takes a request's body, and answers with what is made of it. That is kept as well, so that who
   * reads slowly holds no place that imports need.
   *
   * @throws ProblemException as {@link #take} does, before anything was answered
   */
  void convert(Context context, Conversion use) {
    keep(
        context,
        body -> {
          try (FileChannel made = open()) {
            importing.run(() -> {
              convert(body, new Kept(made, limits.longest()), use);
              return made;
            });
            made.position(0);
            send(context, Channels.newInputStream(made));
          }
          return context;
        });
  }

  private static void convert(InputStream body, OutputStream made, Conversion use) {
    try {
      use.write(body, made);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Use<T> {
    T of(InputStream body) throws IOException;
  }

  private <T> T keep(Context context, Use<T> use) {
    return onTheirWay.run(() -> {
      try (FileChannel file = open()) {
        receive(context, file);
        file.position(0);
        return use.of(Channels.newInputStream(file));
      } catch (IOException | UncheckedIOException e) {
        log.warn("an upload cannot be kept in {}", limits.folder(), e);
        throw ProblemException.unavailable("The file cannot be kept; nothing of it was taken.");
      }
    });
  }

  private void receive(Context context, FileChannel file) throws IOException {
    EndPoint connection = Wire.of(context);
    long usual = connection.getIdleTimeout();
    // A body of which nothing comes at all is given up as soon as one that trickles.
    connection.setIdleTimeout(limits.window().toMillis());
    InputStream body = context.bodyInputStream();
    OutputStream kept = new Kept(file, limits.longest());
    Pace pace = new Pace(limits);
    byte[] buffer = new byte[16 * 1024];
    for (int bytes = read(body, buffer); bytes >= 0; bytes = read(body, buffer)) {
      if (pace.isTooSlow(bytes)) {
        throw ProblemException.requestTimeout(
            "The upload came too slowly, and nothing of it was taken: a file must bring at least "
                + limits.leastRate()
                + " bytes a second.");
      }
      kept.write(buffer, 0, bytes);
    }
    connection.setIdleTimeout(usual);
  }

  private static int read(InputStream body, byte[] buffer) {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      log.debug("an upload broke off", e);
      throw ProblemException.requestTimeout("The upload broke off; nothing of it was taken.");
    }
  }

  /** Who does not read it as fast as files must come is cut off. */
  private void send(Context context, InputStream made) throws IOException {
    Pace pace = new Pace(limits);
    byte[] buffer = new byte[16 * 1024];
    for (int bytes = made.read(buffer); bytes >= 0; bytes = made.read(buffer)) {
      try {
        context.outputStream().write(buffer, 0, bytes);
      } catch (IOException e) {
        log.debug("somebody went away", e);
        return;
      }
      if (pace.isTooSlow(bytes)) {
        Wire.of(context).close();
        return;
      }
    }
  }

  /** Takes no more than a file may have. */
  private static final class Kept extends OutputStream {
    private final FileChannel file;
    private final OutputStream out;
    private final long longest;

    private Kept(FileChannel file, long longest) {
      this.file = file;
      this.longest = longest;
      out = Channels.newOutputStream(file);
    }

    @Override
    public void write(int single) throws IOException {
      write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
      if (file.position() > longest) {
        throw ProblemException.tooLarge(
            "A file has at most " + (longest >> 20) + " MiB; divide it.");
      }
    }
  }

  /** Looks at how fast a body comes or goes. */
  private static final class Pace {
    private final Limits limits;
    private long begun = System.nanoTime();
    private long came;

    private Pace(Limits limits) {
      this.limits = limits;
    }

    private boolean isTooSlow(int bytes) {
      came += bytes;
      Duration passed = Duration.ofNanos(System.nanoTime() - begun);
      if (passed.compareTo(limits.window()) < 0) {
        return false;
      }
      boolean tooSlow = came * 1_000 < limits.leastRate() * passed.toMillis();
      begun = System.nanoTime();
      came = 0;
      return tooSlow;
    }
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        limits.folder().resolve("sluice-upload-" + UUID.randomUUID()),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }
}
