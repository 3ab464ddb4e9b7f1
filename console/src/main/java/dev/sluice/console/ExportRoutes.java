package dev.sluice.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import org.jooq.DSLContext;

/** {@code /api/campaigns/{id}/export}: a campaign's recipients as a file, of any size. */
final class ExportRoutes {
  /** Exports on their way, each with a page in memory. */
  private static final int AT_ONCE = 8;

  /** Pages that are read at the same time. */
  private static final int TURNS = 2;

  private static final int LONGEST_CODE = 100;
  private static final Duration TURNS_WAIT = Duration.ofMinutes(2);

  private final DSLContext sql;
  private final CampaignViews views;
  private final Pace pace;
  private final Bulkhead places =
      new Bulkhead(
          AT_ONCE, Duration.ZERO, AT_ONCE + " exports are on their way already; try again later.");
  private final Bulkhead turns =
      new Bulkhead(TURNS, TURNS_WAIT, "Other exports are being read; try again later.");

  /**
   * Exports what is there when it is asked for.
   *
   * @param pace how fast it must be read, at least
   */
  ExportRoutes(DSLContext sql, CampaignViews views, Pace pace) {
    this.sql = sql;
    this.views = views;
    this.pace = pace;
  }

  void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/export", this::export);
  }

  private void export(Context context) {
    UUID id = JsonHttp.campaignId(context);
    var statuses = RecipientStatuses.of("status", context.queryParams("status"));
    String reason = context.queryParam("reason");
    String code = reason == null ? null : Fields.atMost(LONGEST_CODE, "reason", reason);
    views.require(id);
    places.run(() -> {
      RecipientExport export = new RecipientExport(new ExportPages(sql, id, statuses, code, turns));
      context.contentType("text/csv; charset=utf-8");
      context.header("Content-Disposition", "attachment; filename=\"campaign-" + id + ".csv\"");
      try {
        Download.send(context, pace, export::writeTo);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return context;
    });
  }
}
