package dev.sluice.console.campaign;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.recipient.ReasonWords;
import dev.sluice.console.recipient.RecipientExports;
import dev.sluice.console.recipient.RecipientStatuses;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;

/** {@code /api/campaigns/{id}/export}: a campaign's recipients as a file, of any size. */
public final class ExportRoutes {
  private static final int LONGEST_CODE = 100;

  private final RecipientExports exports;
  private final CampaignViews views;

  /** Creates the route. */
  public ExportRoutes(RecipientExports exports, CampaignViews views) {
    this.exports = exports;
    this.views = views;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/export", this::export);
  }

  private void export(Context context) {
    UUID id = JsonHttp.campaignId(context);
    var statuses = RecipientStatuses.of("status", context.queryParams("status"));
    String reason = context.queryParam("reason");
    String code = reason == null ? null : Fields.atMost(LONGEST_CODE, "reason", reason);
    ReasonWords words =
        Reading.given(context, "language").map(ReasonWords::in).orElse(ReasonWords.ENGLISH);
    views.require(id);
    exports.send(context, id, statuses, code, words);
  }
}
