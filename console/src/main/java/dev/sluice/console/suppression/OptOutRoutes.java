package dev.sluice.console.suppression;

import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.SendResult;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** {@code /api/opt-outs}: people who opted out without giving a number, in pages. */
public final class OptOutRoutes {
  private static final int PAGE = 1_000;

  private final OptOuts optOuts;
  private final Lists lists;

  public OptOutRoutes(OptOuts optOuts, Lists lists) {
    this.optOuts = optOuts;
    this.lists = lists;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/opt-outs", this::list);
  }

  private void list(Context context) {
    String after = context.queryParam("after");
    if (after != null && !after.isEmpty() && !SendResult.isAlias(after)) {
      throw ProblemException.badRequest("\"after\" must be a name of this list.");
    }
    lists.send(context, () -> optOuts.after(after == null ? "" : after, PAGE));
  }
}
