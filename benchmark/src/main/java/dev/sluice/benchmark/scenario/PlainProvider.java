package dev.sluice.benchmark.scenario;

import dev.sluice.local.MomentLog;
import dev.sluice.local.Moments;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A minimal HTTP provider that accepts every message and records when, so that it takes little CPU
 * time from the processes measured beside it. {@code GET /count} returns the number of messages,
 * {@code GET /arrivals} when they arrived and {@code GET /writes} when they were written, if
 * workers say so: a time per line, in µs since 1970.
 */
public final class PlainProvider {
  private static final String LENGTH = "\r\ncontent-length:";
  private static final String WRITTEN = "\r\nsluice-written:";

  private final long latencyMillis;
  private final MomentLog arrivals = new MomentLog();
  private final MomentLog writes = new MomentLog();

  private PlainProvider(long latencyMillis) {
    this.latencyMillis = latencyMillis;
  }

  /**
   * Starts listening.
   *
   * @param arguments the port and the response time, ms
   */
  public static void main(String[] arguments) throws IOException {
    PlainProvider provider = new PlainProvider(Long.parseLong(arguments[1]));
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(arguments[0]), 1_000, InetAddress.getLoopbackAddress())) {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> provider.serve(socket));
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] buffer = new byte[16_384];
      int filled = 0;
      while (true) {
        int head;
        while ((head = headLength(buffer, filled)) < 0) {
          int read = in.read(buffer, filled, buffer.length - filled);
          if (read < 0) {
            return;
          }
          filled += read;
        }
        String text = new String(buffer, 0, head, StandardCharsets.ISO_8859_1);
        int end = head + bodyLength(text);
        while (filled < end) {
          int read = in.read(buffer, filled, end - filled);
          if (read < 0) {
            return;
          }
          filled += read;
        }
        out.write(answer(text));
        filled -= end;
        System.arraycopy(buffer, end, buffer, 0, filled);
      }
    } catch (IOException | InterruptedException e) {
      // The client has closed the connection.
    }
  }

  private byte[] answer(String head) throws InterruptedException {
    String body = "{}";
    if (head.startsWith("POST ")) {
      body = "{\"messages\":[{\"id\":\"wamid." + arrived(head) + "\"}]}";
      if (latencyMillis > 0) {
        Thread.sleep(latencyMillis);
      }
    } else if (head.startsWith("GET /arrivals ")) {
      body = arrivals.moments().lines();
    } else if (head.startsWith("GET /writes ")) {
      body = writes.moments().lines();
    } else if (head.startsWith("GET /count ")) {
      body = Integer.toString(arrivals.count());
    }
    return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private int arrived(String head) {
    int number = arrivals.add(Moments.now());
    String written = field(head, WRITTEN);
    if (!written.isEmpty()) {
      writes.add(Long.parseLong(written));
    }
    return number;
  }

  private static int headLength(byte[] buffer, int filled) {
    for (int i = 3; i < filled; i++) {
      if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int bodyLength(String head) {
    String length = field(head, LENGTH);
    return length.isEmpty() ? 0 : Integer.parseInt(length);
  }

  /** Returns a header's value, or an empty text if there is none. */
  private static String field(String head, String name) {
    int at = head.toLowerCase(Locale.ROOT).indexOf(name);
    int from = at + name.length();
    return at < 0 ? "" : head.substring(from, head.indexOf('\r', from)).strip();
  }
}
