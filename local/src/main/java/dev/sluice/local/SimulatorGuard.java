package dev.sluice.local;

import dev.sluice.runtime.Loopback;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;

/**
 * Prevents web sites from using the simulator through a local browser; it would sign opt-outs for
 * them. It serves no page, so every request by a page is cross-site.
 */
final class SimulatorGuard {
  private static final String CONTROLS = "/simulator/*";

  private final boolean loopbackOnly;

  SimulatorGuard(boolean loopbackOnly) {
    this.loopbackOnly = loopbackOnly;
  }

  /** Adds the checks before all routes. */
  void add(RoutesConfig routes) {
    routes.before(SimulatorGuard::refusePages);
    if (loopbackOnly) {
      routes.before(CONTROLS, SimulatorGuard::requireOurName);
    }
  }

  /** Refuses requests by pages; an address typed by a person has no such headers. */
  private static void refusePages(Context context) {
    String site = context.header("Sec-Fetch-Site");
    if (context.header("Origin") != null || (site != null && !site.equals("none"))) {
      throw new ForbiddenResponse("a web page may not use the simulator");
    }
  }

  /** Refuses other host names, as a page may have pointed its own name at this machine. */
  private static void requireOurName(Context context) {
    if (!Loopback.isHost(context.header("Host"))) {
      throw new ForbiddenResponse("only for this machine");
    }
  }
}
