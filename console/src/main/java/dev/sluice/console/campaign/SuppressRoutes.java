package dev.sluice.console.campaign;

import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.suppression.FailedNumbers;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;

/** {@code /api/campaigns/{id}/suppress}: suppresses the numbers that failed for a reason. */
public final class SuppressRoutes {
  private static final int LONGEST_CODE = 100;

  private final CampaignViews views;
  private final Lists lists;
  private final Uploads uploads;
  private final FailedNumbers numbers;

  /**
   * Creates the route.
   *
   * @param uploads in whose places other numbers are suppressed, too
   */
  public SuppressRoutes(CampaignViews views, Lists lists, Uploads uploads, FailedNumbers numbers) {
    this.views = views;
    this.lists = lists;
    this.uploads = uploads;
    this.numbers = numbers;
  }

  public void add(RoutesConfig routes) {
    routes.post("/api/campaigns/{id}/suppress", this::suppress);
  }

  private void suppress(Context context) {
    UUID id = JsonHttp.campaignId(context);
    String given = Fields.required("reason", Reading.given(context, "reason").orElse(null));
    String code = Fields.atMost(LONGEST_CODE, "reason", given);
    long after = CampaignRoutes.lastRecipientSeen(context);
    lists.run(() -> {
      views.require(id);
      return id;
    });
    FailedNumbers.Report report =
        uploads.inTurn(Uploads.Use.SUPPRESSION, () -> numbers.suppress(id, code, after));
    Audit.log(
        context,
        "suppress " + report.suppressed() + " numbers that failed",
        "campaign " + id + " (" + code + ")");
    JsonHttp.json(context, 200, report);
  }
}
