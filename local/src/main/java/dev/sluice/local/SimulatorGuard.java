package dev.sluice.local;

import dev.sluice.runtime.Loopback;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;

/**
 * Keeps web sites from using the simulator through the browser of whoever runs it: it would sign
 * opt-outs for them. It has no page of its own, so what a page asks comes from a strange one.
 */
final class SimulatorGuard {
  private static final String CONTROLS = "/simulator/*";

  private final boolean loopbackOnly;

  SimulatorGuard(boolean loopbackOnly) {
    this.loopbackOnly = loopbackOnly;
  }

  /** Stands before all routes. */
  void add(RoutesConfig routes) {
    routes.before(SimulatorGuard::refusePages);
    if (loopbackOnly) {
      routes.before(CONTROLS, SimulatorGuard::requireOurName);
    }
  }

  /** A person who types the address is no page. */
  private static void refusePages(Context context) {
    String site = context.header("Sec-Fetch-Site");
    if (context.header("Origin") != null || (site != null && !site.equals("none"))) {
      throw new ForbiddenResponse("a web page may not use the simulator");
    }
  }

  /** A page may have pointed its own site's name at this machine. */
  private static void requireOurName(Context context) {
    if (!Loopback.isHost(context.header("Host"))) {
      throw new ForbiddenResponse("only for this machine");
    }
  }
}
