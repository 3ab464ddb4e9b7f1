package dev.sluice.console.campaign;

import dev.sluice.console.http.Audit;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.ProblemException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;

/**
 * {@code /api/campaigns/{id}/test}: sends a campaign's message as a test, and reports the results.
 */
public final class TestRoutes {
  private final HeldBodies bodies;
  private final TestSends tests;
  private final TestResults results;

  public TestRoutes(HeldBodies bodies, TestSends tests, TestResults results) {
    this.bodies = bodies;
    this.tests = tests;
    this.results = results;
  }

  public void add(RoutesConfig routes) {
    routes.post("/api/campaigns/{id}/test", this::send);
    routes.get("/api/tests/{testId}", this::read);
  }

  private void send(Context context) {
    UUID id = JsonHttp.campaignId(context);
    TestSends.Sent sent = tests.send(id, bodies.read(context, TestSends.Wish.class));
    Audit.log(context, "test " + sent.testId() + " to " + sent.to(), "campaign " + id);
    JsonHttp.json(context, 202, sent);
  }

  /** Returns an empty list for an unknown test: another console may have sent it just now. */
  private void read(Context context) {
    JsonHttp.json(context, 200, results.of(testId(context.pathParam("testId"))));
  }

  private static UUID testId(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("There is no test " + text + ".");
    }
  }
}
