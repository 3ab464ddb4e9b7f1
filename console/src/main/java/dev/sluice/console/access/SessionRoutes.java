package dev.sluice.console.access;

import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.ProblemException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/session}: signs people in and out, and says who one is and what one may do. */
final class SessionRoutes {
  private final People people;
  private final HeldBodies bodies;

  /**
   * Creates the routes.
   *
   * @param bodies have a budget of their own, as anybody may send one
   */
  SessionRoutes(People people, HeldBodies bodies) {
    this.people = people;
    this.bodies = bodies;
  }

  void add(RoutesConfig routes) {
    routes.post(RouteRights.SESSION, this::signIn);
    routes.get(
        RouteRights.SESSION,
        context -> tell(context, Caller.of(context), context.cookie(People.COOKIE) != null));
    routes.delete(RouteRights.SESSION, this::signOut);
  }

  /** A name and a password. */
  record Credentials(@Nullable String name, @Nullable String password) {
    @Override
    public String toString() {
      return "Credentials[" + name + "]";
    }
  }

  private void signIn(Context context) {
    if (!people.signIn().isPossible()) {
      throw ProblemException.notImplemented(
          "Nobody has a password here; SLUICE_USERS_FILE names users.");
    }
    Credentials given = bodies.read(context, Credentials.class);
    User user =
        people
            .signIn()
            .check(
                Fields.required("name", given.name()),
                Fields.required("password", given.password()),
                context.ip());
    Caller caller = people.begin(user, context);
    caller.attachTo(context);
    Audit.log(context, "sign in", "console");
    tell(context, caller, true);
  }

  private void signOut(Context context) {
    if (Caller.isAdmitted(context)) {
      Audit.log(context, "sign out", "console");
    }
    people.end(context);
    context.status(204);
  }

  private void tell(Context context, Caller caller, boolean hasCookie) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", caller.name().orElse(null));
    view.put("role", caller.user().map(user -> user.role().word()).orElse(null));
    view.put("rights", Arrays.stream(Right.values()).filter(caller::may).map(Right::word).toList());
    view.put("approval", people.haveApproval());
    view.put("session", caller.user().isPresent() && hasCookie);
    context.header("Cache-Control", "no-store");
    JsonHttp.json(context, 200, view);
  }
}
