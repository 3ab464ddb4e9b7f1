package dev.sluice.console.campaign;

import dev.sluice.console.http.Exports;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.recipient.ExportPages;
import dev.sluice.console.recipient.RecipientExport;
import dev.sluice.console.recipient.RecipientStatuses;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;
import org.jooq.DSLContext;

/** {@code /api/campaigns/{id}/export}: a campaign's recipients as a file, of any size. */
public final class ExportRoutes {
  private static final int LONGEST_CODE = 100;

  private final DSLContext sql;
  private final CampaignViews views;
  private final Exports exports;

  /** Exports what is there when it is asked for. */
  public ExportRoutes(DSLContext sql, CampaignViews views, Exports exports) {
    this.sql = sql;
    this.views = views;
    this.exports = exports;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/export", this::export);
  }

  private void export(Context context) {
    UUID id = JsonHttp.campaignId(context);
    var statuses = RecipientStatuses.of("status", context.queryParams("status"));
    String reason = context.queryParam("reason");
    String code = reason == null ? null : Fields.atMost(LONGEST_CODE, "reason", reason);
    views.require(id);
    RecipientExport export = new RecipientExport(new ExportPages(sql, id, statuses, code, exports));
    exports.send(context, "campaign-" + id, export::writeTo);
  }
}
