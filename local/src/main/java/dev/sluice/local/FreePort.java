package dev.sluice.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports that nobody listens on, those that it chooses of the loopback interface. They lie below
 * those that operating systems give to outgoing connections, and each is given only once, so that
 * nobody else takes one before its user listens.
 */
public final class FreePort {
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, LAST));

  private FreePort() {}

  /** A free port. */
  public static int next() {
    for (int tried = FIRST; tried < LAST; tried++) {
      int port = NEXT.getAndUpdate(last -> last + 1 < LAST ? last + 1 : FIRST);
      if (free(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port from " + FIRST + " to " + LAST + " is free");
  }

  /** The given port if it is free, else another one. */
  public static int preferably(int port) {
    return free(port) ? port : next();
  }

  private static boolean free(int port) {
    return free(InetAddress.getLoopbackAddress(), port);
  }

  /** Whether one can listen there, at this address of the machine's or at all of them. */
  public static boolean free(InetAddress address, int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, address)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
