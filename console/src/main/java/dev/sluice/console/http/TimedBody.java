package dev.sluice.console.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A file that can be read for a limited time only, as its reader occupies a place for which others
 * wait.
 */
public final class TimedBody extends InputStream {
  private final InputStream body;
  private final Duration longest;
  private final long begun = System.nanoTime();

  /** Starts the time. */
  public TimedBody(InputStream body, Duration longest) {
    this.body = body;
    this.longest = longest;
  }

  @Override
  public int read() throws IOException {
    requireTime();
    return body.read();
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    requireTime();
    return body.read(into, from, length);
  }

  private void requireTime() {
    if (System.nanoTime() - begun >= longest.toNanos()) {
      throw ProblemException.tooLarge(
          "The file was not used up within " + longest.toMinutes() + " minutes; divide it.");
    }
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
