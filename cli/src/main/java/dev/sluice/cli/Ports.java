package dev.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;

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
   * @throws IllegalStateException if the port is taken, or if this user may not listen on it
   */
  public static int free(String host, int port, String option) {
    InetAddress address = address(host);
    if (refusal(address, 0).isPresent()) {
      throw notOurs(host, "is no address of this machine");
    }
    if (port != 0) {
      refusal(address, port)
          .ifPresent(refusal -> {
            throw new IllegalStateException(
                "port " + port + " " + words(refusal) + "; choose another with " + option);
          });
    }
    return port;
  }

  private static Optional<IOException> refusal(InetAddress address, int port) {
    try {
      new ServerSocket(port, 1, address).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  /** The operating system's own words are all that tells the two apart. */
  static String words(IOException refusal) {
    return String.valueOf(refusal.getMessage()).contains("Permission denied")
        ? "needs a right that this user does not have"
        : "is taken";
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
