package dev.sluice.runtime;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The loopback name and addresses of a machine. */
public final class Loopback {
  private Loopback() {}

  /** Whether an address to listen on is reachable from this machine only. */
  public static boolean isAddress(String address) {
    // With the dot of the root that resolvers know, and some people write.
    return address.toLowerCase(Locale.ROOT).matches("localhost\\.?") || isLiteral(address);
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
