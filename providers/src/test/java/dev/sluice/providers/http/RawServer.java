package dev.sluice.providers.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A server that handles each connection as a test says, byte by byte, with or without TLS. */
final class RawServer implements AutoCloseable {
  /** Handles a connection, which is closed afterwards. */
  interface Conversation {
    void hold(Connection connection) throws IOException, InterruptedException;
  }

  private static final String ACCEPTED = "{\"messages\":[{\"id\":\"wamid.raw\"}]}";

  private final boolean tls;
  private final ServerSocket listener;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();

  RawServer(Conversation conversation) throws IOException {
    this(false, conversation);
  }

  /**
   * Creates a server. With TLS a connection is open once something is read or written, or {@code
   * open} is called; like most servers, it speaks HTTP/2 to clients that ask for it.
   */
  RawServer(boolean tls, Conversation conversation) throws IOException {
    this.tls = tls;
    ServerSocketFactory sockets =
        tls
            ? TestCertificate.SHARED.forServer().getServerSocketFactory()
            : ServerSocketFactory.getDefault();
    listener = sockets.createServerSocket(0, 50, InetAddress.getByName("localhost"));
    if (listener instanceof SSLServerSocket secure) {
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      secure.setSSLParameters(parameters);
    }
    Thread.ofVirtual().start(() -> accept(conversation));
  }

  /** Opens each connection and neither reads nor answers. */
  static Conversation deafUntil(CountDownLatch over) {
    return connection -> {
      connection.open();
      over.await();
    };
  }

  private void accept(Conversation conversation) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        int number = connections.incrementAndGet();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                conversation.hold(new Connection(number, socket, requests));
              } catch (IOException | InterruptedException e) {
                // The client has disconnected, or the test is over.
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

  String url() {
    return (tls ? "https://" : "http://") + address();
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

  /** The server's side of one connection; connections are numbered from 1. */
  record Connection(int number, Socket socket, AtomicInteger requests) {

    /** Completes the TLS handshake, if there is one. */
    void open() throws IOException {
      if (socket instanceof SSLSocket secure) {
        secure.startHandshake();
      }
    }

    /** Returns the protocol agreed on in the TLS handshake, which may be none. */
    String protocol() {
      return socket instanceof SSLSocket secure ? secure.getApplicationProtocol() : "";
    }

    /** Reads one request to its end; returns what stands before its body. */
    String readRequest() throws IOException {
      String head = readHead();
      String length = head.toLowerCase(Locale.ROOT).split("content-length: ", 2)[1];
      socket.getInputStream().readNBytes(Integer.parseInt(length.split("\r", 2)[0]));
      requests.incrementAndGet();
      return head.strip();
    }

    /** Reads one request up to its body. */
    String readHead() throws IOException {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("no request");
        }
        head.append((char) next);
      }
      return head.toString();
    }

    /** Relays both directions to another connection until both have ended. */
    void join(Socket other) throws IOException, InterruptedException {
      Thread back =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  other.getInputStream().transferTo(socket.getOutputStream());
                } catch (IOException e) {
                  // The peer has disconnected.
                }
              });
      socket.getInputStream().transferTo(other.getOutputStream());
      other.shutdownOutput();
      back.join();
    }

    /** Answers that the message was accepted, and keeps the connection. */
    void accept() throws IOException {
      write("HTTP/1.1 200 OK\r\nContent-Length: " + ACCEPTED.length() + "\r\n\r\n" + ACCEPTED);
    }

    /** Answers the same, and announces how long the connection is kept. */
    void acceptAndKeep(Duration idle) throws IOException {
      write(
          "HTTP/1.1 200 OK\r\nKeep-Alive: timeout="
              + idle.toSeconds()
              + "\r\nContent-Length: "
              + ACCEPTED.length()
              + "\r\n\r\n"
              + ACCEPTED);
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
