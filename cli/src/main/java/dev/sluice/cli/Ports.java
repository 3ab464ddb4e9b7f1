package dev.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Checks listen addresses and ports before anything is opened. */
public final class Ports {
  public static final String LOOPBACK = "localhost";

  /** All addresses of the machine. */
  public static final String ALL = "0.0.0.0";

  private Ports() {}

  /**
   * Returns the port if it is free.
   *
   * @param host the name or address to bind
   * @param option the option that chooses another port
   * @throws IllegalArgumentException if this machine has no such address
   * @throws IllegalStateException if the port is taken
   */
  public static int free(String host, int port, String option) {
    InetAddress address = address(host);
    if (!canBind(address, 0)) {
      throw notOurs(host, "is no address of this machine");
    }
    if (port != 0 && !canBind(address, port)) {
      throw new IllegalStateException("port " + port + " is taken; choose another with " + option);
    }
    return port;
  }

  private static boolean canBind(InetAddress address, int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, address)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw notOurs(host, "is not known");
    }
  }

  private static IllegalArgumentException notOurs(String host, String why) {
    return new IllegalArgumentException(
        "'"
            + host
            + "' "
            + why
            + "; choose localhost, 0.0.0.0 or another with --http-host"
            + " (SLUICE_HTTP_HOST)");
  }
}
