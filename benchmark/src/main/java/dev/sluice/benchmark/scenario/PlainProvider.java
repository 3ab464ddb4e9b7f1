package dev.sluice.benchmark.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A minimal HTTP provider that accepts every message and records when, so that it takes little CPU
 * time from the processes measured beside it. {@code GET /count} returns the number of messages,
 * {@code GET /arrivals} their times: one per line, in µs since its start.
 */
public final class PlainProvider {
  private final long startNanos = System.nanoTime();
  private final long latencyMillis;
  private long[] arrivals = new long[1 << 16];
  private int count;

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
      body = "{\"messages\":[{\"id\":\"wamid." + arrived() + "\"}]}";
      if (latencyMillis > 0) {
        Thread.sleep(latencyMillis);
      }
    } else if (head.startsWith("GET /arrivals ")) {
      body = arrivals();
    } else if (head.startsWith("GET /count ")) {
      body = Integer.toString(count());
    }
    return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private synchronized int arrived() {
    if (count == arrivals.length) {
      arrivals = Arrays.copyOf(arrivals, 2 * count);
    }
    arrivals[count] = (System.nanoTime() - startNanos) / 1_000;
    return count++;
  }

  private synchronized int count() {
    return count;
  }

  private synchronized String arrivals() {
    return Arrays.stream(arrivals, 0, count)
        .mapToObj(Long::toString)
        .collect(Collectors.joining("\n"));
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
    String name = "\r\ncontent-length:";
    int at = head.toLowerCase(Locale.ROOT).indexOf(name);
    int from = at + name.length();
    return at < 0 ? 0 : Integer.parseInt(head.substring(from, head.indexOf('\r', from)).strip());
  }
}
