package dev.sluice.runtime;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Recognizes the loopback name and addresses of a machine. */
public final class Loopback {
  private Loopback() {}

  /** Returns whether a listen address is reachable from this machine only. */
  public static boolean isAddress(String address) {
    // A trailing dot, the DNS root, is valid.
    return address.toLowerCase(Locale.ROOT).matches("localhost\\.?") || isLiteral(address);
  }

  /**
   * Returns whether it is an address in 127.0.0.0/8, or ::1 in any spelling. Never resolves a name.
   */
  private static boolean isLiteral(String address) {
    try {
      return InetAddress.ofLiteral(address).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Returns whether a request's {@code Host} header names this machine. This defeats DNS rebinding:
   * a foreign page that points its own name at this machine sends that name.
   */
  public static boolean isHost(@Nullable String host) {
    return host != null && isAddress(host.replaceAll(":\\d{1,5}$", ""));
  }
}
