package dev.sluice.console.access;

import dev.sluice.console.http.ProblemException;
import dev.sluice.runtime.Loopback;
import io.javalin.http.Context;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other sites' pages from commanding campaigns through the browser of a user who may, whether
 * by cross-origin requests or by a host name that is pointed at this machine (DNS rebinding).
 */
final class BrowserGuard {
  /** The provider calls these under any host name; the calls are signed. */
  private static final String WEBHOOKS = "/webhooks/";

  private static final Set<String> OURS = Set.of("same-origin", "none");
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  /** Images of messages may come from other hosts; the page loads one only when it is asked to. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  private final boolean loopbackOnly;

  BrowserGuard(boolean loopbackOnly) {
    this.loopbackOnly = loopbackOnly;
  }

  /** Sets the headers that restrict what a browser may do with a response. */
  void harden(Context context) {
    HEADERS.forEach(context::header);
  }

  /**
   * Without a token and users, refuses requests whose host name is not this machine's own; webhooks
   * are exempt.
   */
  void requireOurName(Context context) {
    String host = context.header("Host");
    if (loopbackOnly && !Loopback.isHost(host) && !context.path().startsWith(WEBHOOKS)) {
      throw ProblemException.forbidden(
          "Without an API token or users the console answers to localhost only, not to "
              + host
              + ".");
    }
  }

  /** Refuses requests made by another site's page. */
  void requireOurOrigin(Context context) {
    String host = context.header("Host");
    if (!READING.contains(context.method().name()) && crossOrigin(context, host)) {
      throw ProblemException.forbidden("Another site's page may not command campaigns.");
    }
  }

  private static boolean crossOrigin(Context context, @Nullable String host) {
    // Set by the browser itself; behind a proxy, Host may differ from the page's.
    String site = context.header("Sec-Fetch-Site");
    if (site != null) {
      return !OURS.contains(site);
    }
    String origin = context.header("Origin");
    if (origin == null) {
      return false;
    }
    try {
      return !Objects.equals(URI.create(origin).getAuthority(), host);
    } catch (IllegalArgumentException e) {
      return true;
    }
  }
}
