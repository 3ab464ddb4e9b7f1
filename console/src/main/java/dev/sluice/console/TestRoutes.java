package dev.sluice.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;

/** {@code /api/campaigns/{id}/test}: tries a campaign's message out. */
final class TestRoutes {
  private final HeldBodies bodies;
  private final TestSends tests;

  TestRoutes(HeldBodies bodies, TestSends tests) {
    this.bodies = bodies;
    this.tests = tests;
  }

  void add(RoutesConfig routes) {
    routes.post("/api/campaigns/{id}/test", this::send);
  }

  private void send(Context context) {
    UUID id = JsonHttp.campaignId(context);
    TestSends.Sent sent = tests.send(id, bodies.read(context, TestSends.Wish.class));
    Audit.log(context, "test " + sent.testId() + " to " + sent.to(), "campaign " + id);
    JsonHttp.json(context, 202, sent);
  }
}
