package dev.sluice.console.access;

import dev.sluice.schema.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Access control. The page's files are open to everybody who reaches the console, and webhooks are
 * signed; the API, the metrics and the details of readiness require the token, if there is one.
 */
public final class Doors {
  private final BrowserGuard guard;
  private final Optional<BearerToken> token;

  public Doors(Optional<String> token, MeterRegistry meters) {
    guard = new BrowserGuard(token.isEmpty());
    this.token =
        token.map(
            secret -> new BearerToken(secret, new WrongTokens(InstantSource.system(), meters)));
  }

  /** Adds the checks before all routes. */
  public void add(RoutesConfig routes) {
    routes.before(guard::harden);
    routes.before(guard::requireOurName);
    routes.before("/api/*", guard::requireOurOrigin);
    token.ifPresent(bearer -> {
      routes.before("/api/*", bearer::require);
      routes.before("/metrics", bearer::require);
      routes.before("/health/ready", bearer::refuseWrong);
      routes.after("/health/ready", Doors::keepDetails);
    });
  }

  /** Probes need the status alone, and carry no token. */
  private static void keepDetails(Context context) {
    if (!BearerToken.isGiven(context)) {
      context.result(Json.write(Map.of("ready", context.statusCode() == 200)));
    }
  }
}
