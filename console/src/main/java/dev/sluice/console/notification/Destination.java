package dev.sluice.console.notification;

import dev.sluice.runtime.Loopback;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where events are posted, and which.
 *
 * @param caFile the certificates to trust instead of Java's
 */
public record Destination(URI url, Signature signature, Optional<Path> caFile, Set<Kind> kinds) {

  /**
   * Creates a destination.
   *
   * @param secrets those that it checks signatures with
   * @param plain whether it may be another machine without TLS
   * @param kinds the names of the kinds of events
   * @throws IllegalArgumentException if one of them cannot be used, with the reason
   */
  public static Destination of(
      URI url, String secrets, Optional<Path> caFile, boolean plain, Collection<String> kinds) {
    requireUsable(url, plain);
    Set<Kind> chosen = EnumSet.noneOf(Kind.class);
    kinds.forEach(name -> chosen.add(Kind.named(name.strip())));
    return new Destination(url, Signature.with(secrets), caFile, Set.copyOf(chosen));
  }

  private static void requireUsable(URI url, boolean plain) {
    String host = url.getHost();
    if (host == null || url.getUserInfo() != null || url.getFragment() != null) {
      throw new IllegalArgumentException(
          "the URL of webhooks out is like https://crm.example.org/sluice, without a user");
    }
    boolean allowed =
        switch (String.valueOf(url.getScheme())) {
          case "https" -> true;
          case "http" -> plain || Loopback.isAddress(host);
          default -> false;
        };
    if (!allowed) {
      throw new IllegalArgumentException(
          "webhooks out to "
              + host
              + " need https; SLUICE_WEBHOOK_OUT_PLAIN=true allows http as well");
    }
  }

  /** Returns its address without the path, which may hold a secret. */
  String server() {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  @Override
  public String toString() {
    return "Destination[" + server() + ", " + kinds + "]";
  }
}
