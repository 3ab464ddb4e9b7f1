package dev.sluice.console.live;

import dev.sluice.console.access.Caller;
import dev.sluice.console.campaign.CampaignFilter;
import dev.sluice.console.campaign.CampaignViews;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.sender.SenderViews;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;

/** Live views of the campaigns, of one of them, and of the senders. */
public final class FeedRoutes {
  private final CampaignViews campaigns;
  private final SenderViews senders;
  private final EventStreams live;

  /** Creates the routes; the views read on the connections for feeds. */
  public FeedRoutes(CampaignViews campaigns, SenderViews senders, EventStreams live) {
    this.campaigns = campaigns;
    this.senders = senders;
    this.live = live;
  }

  /** Adds the routes. They must come before those with an id, which would take "events" for one. */
  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/events", this::campaigns);
    routes.get("/api/campaigns/{id}/events", this::campaign);
    routes.get("/api/senders/events", this::senders);
  }

  private void campaigns(Context context) {
    live.follow(
        context,
        "campaigns",
        Caller.of(context)::isStill,
        () -> LiveState.list("campaigns", campaigns.newest(CampaignFilter.IN_SIGHT)));
  }

  private void campaign(Context context) {
    UUID id = JsonHttp.campaignId(context);
    live.follow(
        context,
        id.toString(),
        Caller.of(context)::isStill,
        () -> LiveState.one("campaign", campaigns.one(id)));
  }

  private void senders(Context context) {
    live.follow(
        context,
        "senders",
        Caller.of(context)::isStill,
        () -> LiveState.list("senders", senders.after("")));
  }
}
