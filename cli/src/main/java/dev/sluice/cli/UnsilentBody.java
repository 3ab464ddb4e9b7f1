package dev.sluice.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A body of which something must keep coming, however long it takes as a whole. Java's HTTP client
 * limits only how long the head of a response may take.
 */
final class UnsilentBody extends FilterInputStream {
  private final Duration silence;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("silence of a body").factory());
  private volatile boolean wasSilent;

  /**
   * Wraps a body.
   *
   * @param silence how long nothing may come
   */
  UnsilentBody(InputStream body, Duration silence) {
    super(body);
    this.silence = silence;
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Nothing came for too long. */
  static final class SilentException extends IOException {
    private static final long serialVersionUID = 1;

    private SilentException(Duration silence, IOException cause) {
      super("sent nothing more for " + silence.toSeconds() + " s", cause);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    Future<?> end = timer.schedule(this::end, silence.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return in.read(into, from, length);
    } catch (IOException e) {
      throw wasSilent ? new SilentException(silence, e) : e;
    } finally {
      end.cancel(false);
    }
  }

  /** Makes the read fail that waits. */
  private void end() {
    wasSilent = true;
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    timer.shutdownNow();
    super.close();
  }
}
