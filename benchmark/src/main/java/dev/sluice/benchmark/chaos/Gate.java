package dev.sluice.benchmark.chaos;

import dev.sluice.local.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A way to the simulator on which connections can fail. */
final class Gate implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  /** The name of the provider behind it. */
  static final String PROVIDER = "gate";

  /** The age from which a connection is not kept any longer. */
  private static final Duration OLD = Duration.ofSeconds(1);

  private static final Duration RECHECK = Duration.ofMillis(10);
  private static final int NO_QUEUE = 1;
  private static final int LONG_QUEUE = 1_000;

  /** The treatment of new connections. */
  enum State {
    /** They lead to the simulator. */
    OPEN,
    /** Nothing listens. */
    REFUSING,
    /** They are not accepted, and the queue of those that may be is full. */
    UNANSWERED,
    /** They are accepted, but the client's first bytes are never answered. */
    MUTE,
    /** A peer without TLS answers. */
    PLAIN,
    /** They lead to the simulator, and are closed after an answer once they are old. */
    CLOSING
  }

  private final int port = FreePort.next();
  private final int target;
  private final Set<Socket> muted = ConcurrentHashMap.newKeySet();
  private final LongAdder closed = new LongAdder();
  private volatile State state = State.OPEN;
  private @Nullable ServerSocket server;
  private @Nullable Thread acceptor;

  /**
   * Opens the gate.
   *
   * @param target the simulator's port
   */
  Gate(int target) throws IOException {
    this.target = target;
    listen();
  }

  String url() {
    return "https://localhost:" + port;
  }

  /** Returns how many connections it has closed after an answer. */
  long closed() {
    return closed.sum();
  }

  /**
   * Treats connections in this way from now on. Those that lead to the simulator are closed after
   * an answer unless it is open, so that it leaves nobody in doubt.
   */
  void become(State next) throws IOException, InterruptedException {
    close();
    Thread accepting = acceptor;
    if (accepting != null) {
      // It closes the port, if it was waiting.
      accepting.join();
    }
    state = next;
    if (next != State.REFUSING) {
      listen();
    }
  }

  private void listen() throws IOException {
    boolean accepts = state != State.UNANSWERED;
    ServerSocket listening =
        new ServerSocket(port, accepts ? LONG_QUEUE : NO_QUEUE, InetAddress.getLoopbackAddress());
    server = listening;
    acceptor = accepts ? Thread.ofVirtual().name("gate").start(() -> accept(listening)) : null;
  }

  private void accept(ServerSocket listening) {
    try {
      while (true) {
        Socket client = listening.accept();
        Thread.ofVirtual().name("through the gate").start(() -> serve(client));
      }
    } catch (IOException e) {
      log.debug("the gate was closed", e);
    }
  }

  private void serve(Socket client) {
    try (client) {
      switch (state) {
        case OPEN, CLOSING -> relay(client);
        case MUTE -> {
          muted.add(client);
          client.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
        case PLAIN ->
            client.getOutputStream().write("SSH-2.0-Gate\r\n".getBytes(StandardCharsets.US_ASCII));
        case REFUSING, UNANSWERED -> log.debug("accepted just before");
      }
    } catch (IOException e) {
      log.debug("a connection ended", e);
    } finally {
      muted.remove(client);
    }
  }

  private void relay(Socket client) throws IOException {
    try (Socket provider = new Socket(InetAddress.getLoopbackAddress(), target)) {
      new Relay(client, provider).run();
    }
  }

  /** One connection, in both directions. */
  private final class Relay {
    private final long sinceNanos = System.nanoTime();
    private final Socket client;
    private final Socket provider;
    private volatile boolean answered;

    Relay(Socket client, Socket provider) {
      this.client = client;
      this.provider = provider;
    }

    void run() throws IOException {
      Thread.ofVirtual().name("back through the gate").start(this::back);
      client.setSoTimeout((int) RECHECK.toMillis());
      byte[] buffer = new byte[4_096];
      while (true) {
        int length;
        try {
          length = client.getInputStream().read(buffer);
        } catch (SocketTimeoutException e) {
          if (answered && ends()) {
            closed.increment();
            return;
          }
          continue;
        }
        if (length < 0) {
          return;
        }
        answered = false;
        provider.getOutputStream().write(buffer, 0, length);
      }
    }

    private boolean ends() {
      return switch (state) {
        case OPEN -> false;
        case CLOSING -> System.nanoTime() - sinceNanos > OLD.toNanos();
        case REFUSING, UNANSWERED, MUTE, PLAIN -> true;
      };
    }

    private void back() {
      byte[] buffer = new byte[4_096];
      try (client) {
        for (int length = provider.getInputStream().read(buffer);
            length >= 0;
            length = provider.getInputStream().read(buffer)) {
          client.getOutputStream().write(buffer, 0, length);
          answered = true;
        }
      } catch (IOException e) {
        log.debug("a connection ended", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    ServerSocket listening = server;
    if (listening != null) {
      listening.close();
    }
    for (Socket client : muted) {
      client.close();
    }
  }
}
