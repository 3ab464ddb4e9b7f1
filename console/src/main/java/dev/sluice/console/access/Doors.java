package dev.sluice.console.access;

import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Access control. The page's files are open to everybody who reaches the console, and webhooks are
 * signed; the API, the metrics and the details of readiness require the token or a user, if there
 * are any.
 */
public final class Doors {
  private static final String HOW = "Send the API token as \"Authorization: Bearer <token>\".";

  private final BrowserGuard guard;
  private final Optional<BearerToken> token;
  private final People people;
  private final SessionRoutes session;

  public Doors(Optional<String> token, People people, HeldBodies signIns, MeterRegistry meters) {
    this.people = people;
    guard = new BrowserGuard(token.isEmpty() && !people.exist());
    session = new SessionRoutes(people, signIns);
    this.token =
        token.map(secret ->
            new BearerToken(
                secret, WrongSecrets.tokens(InstantSource.system(), meters), this::withSignIn));
  }

  /** Adds the checks before all routes. */
  public void add(RoutesConfig routes) {
    routes.before(guard::harden);
    routes.before(guard::requireOurName);
    routes.before("/api/*", guard::requireOurOrigin);
    routes.before("/api/*", this::admit);
    routes.beforeMatched("/api/*", Doors::requireRight);
    if (isGuarded()) {
      routes.before("/metrics", this::admit);
      routes.before("/health/ready", this::recognize);
      routes.after("/health/ready", Doors::keepDetails);
    }
    session.add(routes);
  }

  private boolean isGuarded() {
    return token.isPresent() || people.exist();
  }

  /** Refuses those who are neither a known person nor a service with the token. */
  private void admit(Context context) {
    recognize(context);
    if (!Caller.isAdmitted(context)
        && !RouteRights.isForAll(context.method().name(), context.path())) {
      throw stranger(context);
    }
  }

  /** Finds out who makes a request; refuses a wrong token, and a header that is not the proxy's. */
  private void recognize(Context context) {
    caller(context).ifPresent(caller -> caller.attachTo(context));
  }

  private Optional<Caller> caller(Context context) {
    if (!isGuarded()) {
      return Optional.of(Caller.SERVICE);
    }
    if (token.isPresent() && BearerToken.isGiven(context)) {
      token.get().refuseWrong(context);
      return Optional.of(Caller.SERVICE);
    }
    return people.caller(context);
  }

  private ProblemException stranger(Context context) {
    context.header("WWW-Authenticate", "Bearer");
    if (!people.exist()) {
      return ProblemException.unauthorized(HOW);
    }
    String words = token.isPresent() ? "Sign in. Services: " + HOW : "Sign in.";
    return withSignIn(ProblemException.unauthorized(words));
  }

  private ProblemException withSignIn(ProblemException problem) {
    return people.exist()
        ? problem.with("signIn", people.signIn().isPossible() ? "password" : "proxy")
        : problem;
  }

  /** The one place that decides who may do what; a route that is not in the table is nobody's. */
  private static void requireRight(Context context) {
    String method = context.method().name();
    if (RouteRights.isForAll(method, context.path())) {
      return;
    }
    Caller caller = Caller.of(context);
    if (method.equals("HEAD")) {
      // It is answered where there is a GET, without its handler, and matches no route.
      caller.require(Right.READ);
      return;
    }
    RouteRights.of(method, context.endpoints().matchedHttpEndpoint().path)
        .ifPresentOrElse(caller::require, caller::requireService);
  }

  /** Probes need the status alone, and carry no token. */
  private static void keepDetails(Context context) {
    boolean told = Set.of(200, 503).contains(context.statusCode());
    if (told && !Caller.isAdmitted(context)) {
      context.result(Json.write(Map.of("ready", context.statusCode() == 200)));
    }
  }
}
