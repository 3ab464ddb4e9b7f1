package dev.sluice.console.sender;

import dev.sluice.console.http.Audit;
import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.util.UUID;

/**
 * Checks whether campaigns that are about to send may use their templates: the provider would
 * refuse every message with a stopped one.
 */
public final class TemplateCheck {
  private final TemplateStates states;
  private final Templates templates;

  public TemplateCheck(TemplateStates states, Templates templates) {
    this.states = states;
    this.templates = templates;
  }

  /**
   * Throws 409 if a campaign's template is stopped, unless the list of templates, if it can be
   * read, or the caller says that it is not.
   */
  public void require(Context context, UUID campaignId) {
    if (states.stopped(campaignId).isEmpty()) {
      return;
    }
    if ("true".equals(context.queryParam("acceptStopped"))) {
      states.allow(campaignId);
      Audit.log(context, "allow its template", "campaign " + campaignId);
      return;
    }
    states.account(campaignId).ifPresent(templates::lookAgain);
    states
        .stopped(campaignId)
        .ifPresent(reason -> {
          throw ProblemException.conflict(
                  "Every message would be refused, as "
                      + reason
                      + ". Wait until it is approved again, or repeat it with acceptStopped=true"
                      + " if you know that it is.")
              .with("stoppedTemplate", reason);
        });
  }
}
