package dev.sluice.local;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands out free ports of the loopback interface. They lie below the operating system's ephemeral
 * range, and each is handed out only once, so that no other process or caller takes it before its
 * user listens. The UDP port of the same number, taken until this JVM ends, tells other JVMs.
 */
public final class FreePort {
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, LAST));
  private static final Queue<DatagramSocket> HANDED_OUT = new ConcurrentLinkedQueue<>();

  private FreePort() {}

  /** Returns a free port. */
  public static int next() {
    for (int tried = FIRST; tried < LAST; tried++) {
      int port = NEXT.getAndUpdate(last -> last + 1 < LAST ? last + 1 : FIRST);
      // Reserved first: to see whether it is free takes it for a moment, also from its owner.
      if (reserved(port) && free(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port from " + FIRST + " to " + LAST + " is free");
  }

  private static boolean reserved(int port) {
    try {
      return HANDED_OUT.add(new DatagramSocket(port, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the given port if it is free, else another one. */
  public static int preferably(int port) {
    return free(port) ? port : next();
  }

  private static boolean free(int port) {
    return free(InetAddress.getLoopbackAddress(), port);
  }

  /**
   * Returns whether a server could listen on a port of an address, or of all addresses if it is the
   * wildcard.
   */
  public static boolean free(InetAddress address, int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, address)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
