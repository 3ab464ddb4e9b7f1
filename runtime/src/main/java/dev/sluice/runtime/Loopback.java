package dev.sluice.runtime;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The name and the addresses by which a machine calls itself, and nobody else calls it. */
public final class Loopback {
  private Loopback() {}

  /** Whether an address to listen on is this machine's alone. */
  public static boolean isAddress(String address) {
    return address.equalsIgnoreCase("localhost") || isLiteral(address);
  }

  /** All of 127.0.0.0/8, and ::1 in every spelling; no name is looked up. */
  private static boolean isLiteral(String address) {
    try {
      return InetAddress.ofLiteral(address).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Whether a request's {@code Host} is one of them. A page of another site that points its own
   * name at this machine cannot bring one of these.
   */
  public static boolean isHost(@Nullable String host) {
    return host != null && isAddress(host.replaceAll(":\\d{1,5}$", ""));
  }
}
