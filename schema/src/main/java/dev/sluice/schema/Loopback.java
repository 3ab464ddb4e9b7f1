package dev.sluice.schema;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names by which a machine calls itself, and nobody else calls it. */
public final class Loopback {
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private Loopback() {}

  /** Whether an address to listen on is this machine's alone. */
  public static boolean isAddress(String address) {
    return NAMES.contains(address.toLowerCase(Locale.ROOT));
  }

  /**
   * Whether a request's {@code Host} is one of them. A page of another site that points its own
   * name at this machine cannot bring one of these.
   */
  public static boolean isHost(@Nullable String host) {
    return host != null && isAddress(host.replaceAll(":\\d{1,5}$", ""));
  }
}
