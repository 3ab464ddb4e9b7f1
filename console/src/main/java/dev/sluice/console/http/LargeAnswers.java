package dev.sluice.console.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Writes responses that are too large for a connection's buffer. They stay in memory until they are
 * read, so all of them together have a budget, in which those that are shared count once, and each
 * must be read at a minimum speed.
 */
public final class LargeAnswers {
  private static final int SMALL = 64 * 1024;
  private static final long TOGETHER = 32 << 20;
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final SharedMemory memory = new SharedMemory(new ByteBudget(TOGETHER));
  private final LeastSpeed leastSpeed;

  /**
   * Creates the writer.
   *
   * @param leastSpeed how fast files must be read; responses must also be read within two minutes
   */
  public LargeAnswers(LeastSpeed leastSpeed) {
    this.leastSpeed = new LeastSpeed(leastSpeed.least(), leastSpeed.window(), LONGEST);
  }

  /** Adds the writer after all routes. */
  public void add(RoutesConfig routes) {
    routes.after(this::write);
  }

  private void write(Context context) throws IOException {
    if (!(context.resultInputStream() instanceof ByteArrayInputStream answer)
        || answer.available() <= SMALL) {
      return;
    }
    Object piece = answer instanceof SharedBody shared ? shared.memory() : answer;
    boolean room = memory.take(piece, answer.available());
    // The response to a command is sent anyway, or the command would be given again.
    if (!room && context.method().equals(HandlerType.GET)) {
      throw ProblemException.unavailable(
          "Others are still reading large responses, and there is no room for this one; try again"
              + " later.");
    }
    try {
      context.result(InputStream.nullInputStream());
      Download.send(context, leastSpeed, answer::transferTo);
    } finally {
      if (room) {
        memory.giveBack(piece);
      }
    }
  }
}
