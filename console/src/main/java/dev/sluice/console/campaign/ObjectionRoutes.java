package dev.sluice.console.campaign;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.imports.Objections;
import dev.sluice.console.imports.Reading;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/campaigns/{id}/review}: what speaks against starting a campaign at a moment. */
public final class ObjectionRoutes {
  private final CampaignViews views;
  private final Lists lists;
  private final Objections objections;

  /** Fewer places than lists have, which must not wait for campaigns with very many recipients. */
  private final Bulkhead looking =
      new Bulkhead(
          1, Duration.ofSeconds(3), "Other campaigns are being looked through; try again later.");

  public ObjectionRoutes(CampaignViews views, Lists lists, Objections objections) {
    this.views = views;
    this.lists = lists;
    this.objections = objections;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/review", this::review);
  }

  private void review(Context context) {
    UUID id = JsonHttp.campaignId(context);
    Instant at =
        Reading.given(context, "at").map(text -> Fields.moment("at", text)).orElseGet(Instant::now);
    JsonHttp.json(context, 200, looking.run(() -> lists.run(() -> look(id, at))));
  }

  private Map<String, @Nullable Object> look(UUID id, Instant at) {
    views.require(id);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("missing", objections.missing(id));
    answer.put("night", objections.night(id, at).orElse(null));
    return answer;
  }
}
