package dev.sluice.providers.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that handles each connection as a test says, byte by byte. */
final class RawServer implements AutoCloseable {
  /** What is done with a connection; it is closed afterwards. */
  interface Conversation {
    void hold(Connection connection) throws IOException, InterruptedException;
  }

  private static final String ACCEPTED = "{\"messages\":[{\"id\":\"wamid.raw\"}]}";

  private final ServerSocket listener;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();

  RawServer(Conversation conversation) throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getByName("localhost"));
    Thread.ofVirtual().start(() -> accept(conversation));
  }

  private void accept(Conversation conversation) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                conversation.hold(new Connection(socket, requests));
              } catch (IOException | InterruptedException e) {
                // The client has gone, or the test is over.
              }
            });
      } catch (IOException e) {
        return;
      }
    }
  }

  String address() {
    return "localhost:" + listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** One connection, from the server's side. */
  record Connection(Socket socket, AtomicInteger requests) {

    /** Reads one request to its end. */
    void readRequest() throws IOException {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("no request");
        }
        head.append((char) next);
      }
      String length = head.toString().toLowerCase(Locale.ROOT).split("content-length: ", 2)[1];
      in.readNBytes(Integer.parseInt(length.split("\r", 2)[0]));
      requests.incrementAndGet();
    }

    /** Answers that the message was accepted, on a connection that is to be kept. */
    void accept() throws IOException {
      write("HTTP/1.1 200 OK\r\nContent-Length: " + ACCEPTED.length() + "\r\n\r\n" + ACCEPTED);
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
