package dev.sluice.console.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer written while it is read. Who reads too slowly, or not at all, is cut off. */
final class Download extends OutputStream {
  private static final Logger log = LoggerFactory.getLogger(Download.class);

  private static final int PORTION = 32 * 1024;

  private final OutputStream client;
  private final EndPoint connection;
  private final Pace.Watch watch;
  private boolean begun;
  private boolean ended;

  private Download(OutputStream client, EndPoint connection, Pace.Watch watch) {
    this.client = client;
    this.connection = connection;
    this.watch = watch;
  }

  /** What is downloaded. */
  public interface Source {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Answers with all that the source writes; it is nobody's fault if the client goes away. */
  static void send(Context context, Pace pace, Source source) throws IOException {
    EndPoint connection = Wire.of(context);
    long usual = connection.getIdleTimeout();
    connection.setIdleTimeout(pace.window().toMillis());
    Download download = new Download(context.outputStream(), connection, pace.watch());
    try {
      source.writeTo(download);
    } catch (IOException | RuntimeException | Error e) {
      if (!download.ended) {
        download.breakOff();
        throw e;
      }
      log.debug("somebody went away", e);
    } finally {
      connection.setIdleTimeout(usual);
    }
  }

  /** What was read so far must not pass for the whole. */
  private void breakOff() {
    if (begun) {
      connection.close();
    }
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  /** By portions, as nobody notices how slowly a long one is read. */
  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    for (int done = 0; done < length; done += PORTION) {
      writePortion(bytes, from + done, Math.min(PORTION, length - done));
    }
  }

  private void writePortion(byte[] bytes, int from, int length) throws IOException {
    begun = true;
    watch.start();
    try {
      client.write(bytes, from, length);
    } catch (IOException e) {
      ended = true;
      throw e;
    }
    if (watch.isTooSlow(length)) {
      ended = true;
      connection.close();
      throw new IOException("it is read too slowly");
    }
  }
}
