package dev.sluice.console.sender;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.providers.Providers;
import dev.sluice.schema.jooq.tables.records.SenderRecord;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** {@code /api/senders/{id}/templates}: the templates of a sender's account. */
public final class TemplateRoutes {
  private final Senders senders;
  private final Lists lists;
  private final Templates templates;

  public TemplateRoutes(Senders senders, Lists lists, Templates templates) {
    this.senders = senders;
    this.lists = lists;
    this.templates = templates;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/senders/{id}/templates", this::list);
  }

  private void list(Context context) {
    String id = Fields.storable("id", context.pathParam("id"));
    SenderRecord sender =
        lists
            .run(() -> senders.find(id))
            .orElseThrow(() -> ProblemException.notFound("There is no sender " + id + "."));
    if (!Providers.hasTemplates(sender.getProvider())) {
      JsonHttp.json(context, 200, List.of());
      return;
    }
    String account = sender.getAccount();
    if (account == null) {
      throw ProblemException.conflict(
              "The sender's WhatsApp Business Account is not known yet; say its id as \"account\""
                  + " in PUT /api/senders/"
                  + id
                  + ".")
          .with("field", "account");
    }
    boolean refresh = "true".equals(context.queryParam("refresh"));
    JsonHttp.json(context, 200, templates.of(account, refresh));
  }
}
