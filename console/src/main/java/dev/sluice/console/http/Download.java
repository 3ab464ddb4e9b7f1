package dev.sluice.console.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A response written while it is read. A client that reads too slowly, or not at all, is cut off.
 */
final class Download extends OutputStream {
  private static final Logger log = LoggerFactory.getLogger(Download.class);

  private static final int PORTION = 32 * 1024;

  private final OutputStream client;
  private final EndPoint connection;
  private final LeastSpeed.Watch watch;
  private boolean begun;
  private boolean ended;

  private Download(OutputStream client, EndPoint connection, LeastSpeed.Watch watch) {
    this.client = client;
    this.connection = connection;
    this.watch = watch;
  }

  /** Writes what is downloaded. */
  public interface Source {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Responds with all that the source writes; a client that goes away is no error. */
  static void send(Context context, LeastSpeed leastSpeed, Source source) throws IOException {
    EndPoint connection = Wire.of(context);
    long usual = connection.getIdleTimeout();
    connection.setIdleTimeout(leastSpeed.window().toMillis());
    Download download = new Download(context.outputStream(), connection, leastSpeed.watch());
    try {
      source.writeTo(download);
    } catch (IOException | RuntimeException | Error e) {
      if (!download.ended) {
        download.breakOff();
        throw e;
      }
      log.debug("a client disconnected", e);
    } finally {
      connection.setIdleTimeout(usual);
    }
  }

  /** Closes the connection, so that what was read so far is not taken for the whole. */
  private void breakOff() {
    if (begun) {
      connection.close();
    }
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  /** Writes in portions, as a single long write would hide how slowly it is read. */
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
