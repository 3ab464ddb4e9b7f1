package dev.sluice.local;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends faulty responses. */
final class TroubledAnswers {
  private static final Logger log = LoggerFactory.getLogger(TroubledAnswers.class);
  private static final Duration BETWEEN_BYTES = Duration.ofMillis(250);
  private static final Duration BETWEEN_PIECES = Duration.ofMillis(10);
  private static final String PIECE = "x".repeat(4_096);
  private static final int TOO_LONG = 100_000;
  private static final String PAGE = "<html><body>Something else answered</body></html>";

  private final Duration hang;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param hang how long an unanswered connection is held
   */
  TroubledAnswers(Duration hang) {
    this.hang = hang;
  }

  /** Answers a message that was accepted under this id. */
  void give(Trouble.Mode mode, Context context, String id, String to) throws InterruptedException {
    try {
      switch (mode) {
        case SILENCE -> {
          hold(hang);
          disconnect(context);
        }
        case RESET -> disconnect(context);
        case ENDLESS_HEAD -> {
          writeEndlessHead(endPoint(context));
          disconnect(context);
        }
        case ENDLESS_BODY -> {
          context.contentType("application/json").header("Content-Length", "300");
          OutputStream body = context.outputStream();
          body.write('{');
          body.flush();
          hold(hang);
          disconnect(context);
        }
        case TRICKLE -> trickle(context, GraphResponses.accepted(id, to, null));
        case OVERSIZE -> {
          byte[] right = GraphResponses.accepted(id, to, null);
          context
              .contentType("application/json")
              .result(" ".repeat(TOO_LONG) + new String(right, StandardCharsets.UTF_8));
        }
        case HTML -> context.html(PAGE);
        case BAD_GATEWAY -> context.status(502).html(PAGE);
        case GATEWAY_TIMEOUT -> context.status(504).html(PAGE);
      }
    } catch (IOException e) {
      log.debug("the worker did not wait for the end of its answer", e);
    }
  }

  /** Bypasses Jetty's response, whose head has an end. */
  private void writeEndlessHead(EndPoint connection) throws IOException, InterruptedException {
    write(connection, "HTTP/1.1 200 OK\r\nX-Endless: ");
    do {
      write(connection, PIECE);
    } while (!hold(BETWEEN_PIECES));
  }

  private static void write(EndPoint connection, String text) throws IOException {
    try (Blocker.Callback written = Blocker.callback()) {
      connection.write(written, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      written.block();
    }
  }

  private void trickle(Context context, byte[] answer) throws IOException, InterruptedException {
    context
        .contentType("application/json")
        .header("Content-Length", Integer.toString(answer.length));
    OutputStream body = context.outputStream();
    for (byte next : answer) {
      body.write(next);
      body.flush();
      if (hold(BETWEEN_BYTES)) {
        return;
      }
    }
  }

  /**
   * Waits, but not beyond the simulator's close.
   *
   * @return whether it was closed
   */
  boolean hold(Duration time) throws InterruptedException {
    return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Closes the connection as a dying process does: with a reset and no response. */
  static void disconnect(Context context) throws IOException {
    EndPoint connection = endPoint(context);
    if (connection.getTransport() instanceof SocketChannel channel) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
    }
    connection.close();
  }

  private static EndPoint endPoint(Context context) {
    return ServletContextRequest.getServletContextRequest(context.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint();
  }

  /** Releases all held connections. */
  void stop() {
    stopped.countDown();
  }
}
