package dev.sluice.console.campaign;

import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.PhoneBeginnings;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.reply.ReplyExports;
import dev.sluice.console.reply.ReplyPages;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.UUID;

/** {@code /api/campaigns/{id}/replies}: what recipients wrote back, in pages or as a file. */
public final class ReplyRoutes {
  private final CampaignViews views;
  private final ReplyPages replies;
  private final ReplyExports exports;
  private final PhoneBeginnings beginnings;
  private final Lists lists;

  public ReplyRoutes(
      CampaignViews views,
      ReplyPages replies,
      ReplyExports exports,
      PhoneBeginnings beginnings,
      Lists lists) {
    this.views = views;
    this.replies = replies;
    this.exports = exports;
    this.beginnings = beginnings;
    this.lists = lists;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/replies", this::replies);
  }

  private void replies(Context context) {
    UUID id = JsonHttp.campaignId(context);
    if (JsonHttp.wantsCsv(context)) {
      views.require(id);
      exports.send(context, id);
      return;
    }
    List<String> numbers = Reading.given(context, "phone").map(beginnings::of).orElse(null);
    long after = Reading.given(context, "after").map(ReplyRoutes::seen).orElse(Long.MAX_VALUE);
    lists.send(
        context,
        () -> {
          views.require(id);
          return replies.page(id, numbers, after);
        });
  }

  private static long seen(String after) {
    try {
      return Long.parseLong(after);
    } catch (NumberFormatException e) {
      throw ProblemException.badRequest("\"after\" is the id of the last reply seen.");
    }
  }
}
