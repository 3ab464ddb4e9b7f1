package dev.sluice.console.http;

import io.javalin.http.Context;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Files of any size that are read from the database page by page, at the client's speed. Between
 * two pages an export holds nothing but its place.
 */
public final class Exports {
  /** Exports in progress, each with a page in memory. */
  private static final int AT_ONCE = 8;

  /** Pages that are read at the same time. */
  private static final int TURNS = 2;

  /** Excel takes UTF-8 without it for another encoding. */
  private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(StandardCharsets.UTF_8);

  private static final String DISPOSITION = "Content-Disposition";

  private static final Duration TURNS_WAIT = Duration.ofMinutes(2);

  private final LeastSpeed leastSpeed;
  private final Bulkhead places =
      new Bulkhead(
          AT_ONCE, Duration.ZERO, AT_ONCE + " exports are on their way already; try again later.");
  private final Bulkhead turns =
      Bulkhead.computing(TURNS, TURNS_WAIT, "Other exports are being read; try again later.");

  /**
   * Creates the pool.
   *
   * @param leastSpeed how fast a client must read, at least
   */
  public Exports(LeastSpeed leastSpeed) {
    this.leastSpeed = leastSpeed;
  }

  /** Reads a page in turn, so that other readers find a connection. */
  public <T> T page(Supplier<T> read) {
    return turns.run(read);
  }

  /**
   * Responds with a CSV file of this name. Whatever the source reads before it writes, it reads in
   * the export's place.
   *
   * @throws ProblemException 429 if too many are in progress
   */
  public void send(Context context, String name, Download.Source file) {
    places.run(() -> {
      context.contentType("text/csv; charset=utf-8");
      context.header(DISPOSITION, "attachment; filename=\"" + name + ".csv\"");
      try {
        Download.send(context, leastSpeed, wantsMark(context) ? marked(file) : file);
      } catch (RuntimeException e) {
        // Unless the file has begun, the response is a problem, and no file.
        context.res().setHeader(DISPOSITION, null);
        throw e;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return context;
    });
  }

  private static boolean wantsMark(Context context) {
    return "true".equals(context.queryParam("bom"));
  }

  /** It goes out with the beginning of the file, as nothing may before that can be read. */
  private static Download.Source marked(Download.Source file) {
    return out -> {
      BufferedOutputStream begun = new BufferedOutputStream(out);
      begun.write(BYTE_ORDER_MARK);
      file.writeTo(begun);
      begun.flush();
    };
  }
}
