package dev.sluice.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports that nobody listens on. */
public final class FreePort {
  private FreePort() {}

  /** A free port of the loopback interface, as the operating system gives it. */
  public static int next() {
    return probe(0);
  }

  /** The given port if it is free, else another one. */
  public static int preferably(int port) {
    try {
      return probe(port);
    } catch (UncheckedIOException e) {
      return next();
    }
  }

  private static int probe(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("port " + port + " is taken", e);
    }
  }
}
