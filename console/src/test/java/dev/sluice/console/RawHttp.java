package dev.sluice.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Sends arbitrary bytes to a server, as no decent client would. */
record RawHttp(int port) {
  private static final int PATIENCE_MILLIS = 30_000;

  /**
   * The server's response.
   *
   * @param status 0 if it hung up without one
   */
  record Answer(int status, String head, String body) {
    /** Returns the JSON in the body, chunked or not. */
    String json() {
      int end = body.lastIndexOf('}');
      return end < 0 ? "" : body.substring(body.indexOf('{'), end + 1);
    }
  }

  /** Sends a request, one byte per character, and reads until the server hangs up. */
  Answer say(String request) {
    try (Socket socket = new Socket("localhost", port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
      } catch (SocketException e) {
        // It has refused what it read so far; its response may be there.
      }
      return answer(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer answer(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // It hung up while we were still sending.
    }
    String text = all.toString(StandardCharsets.UTF_8);
    if (text.isEmpty()) {
      return new Answer(0, "", "");
    }
    int end = text.indexOf("\r\n\r\n");
    return new Answer(
        Integer.parseInt(text.split(" ", 3)[1]), text.substring(0, end), text.substring(end + 4));
  }
}
