package dev.sluice.console.campaign;

import dev.sluice.console.http.JsonHttp;
import io.javalin.config.RoutesConfig;

/** How fast a campaign went so far, for a view that is opened later. */
public final class PaceRoutes {
  private final FreshResults fresh;

  public PaceRoutes(FreshResults fresh) {
    this.fresh = fresh;
  }

  /** Adds the route. A campaign that nothing is known of has no steps. */
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/campaigns/{id}/pace",
        context -> JsonHttp.json(context, 200, fresh.sentOverTime(JsonHttp.campaignId(context))));
  }
}
