package dev.sluice.console.sender;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Unchecked;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jooq.DSLContext;

/**
 * Checks whether campaigns that are about to send may use their templates, and give them what they
 * want: the provider would refuse every message otherwise.
 */
public final class TemplateCheck {
  private final TemplateStates states;
  private final Bulkhead changes;
  private final DSLContext changing;
  private final Templates templates;

  /**
   * Creates the check.
   *
   * @param states are read on connections that only commands use, as a pause must not wait for one
   * @param changes places of those who change something
   * @param changing writes what may be used, on connections for changes
   */
  public TemplateCheck(
      TemplateStates states, Bulkhead changes, DSLContext changing, Templates templates) {
    this.states = states;
    this.changes = changes;
    this.changing = changing;
    this.templates = templates;
  }

  /**
   * Throws 409 if a campaign's template is stopped, or its message does not fit it, unless the
   * caller says otherwise. If the provider does not list its templates in time, the response says
   * so.
   */
  public StoppedTemplate require(Context context, UUID campaignId) {
    return require(context, () -> states.used(campaignId));
  }

  /**
   * Does the same for a message that is about to become the campaign's.
   *
   * @param look reads its template as it is known then; nothing if it has none
   * @return the template, if it is stopped and the caller says that it may be used: for everybody,
   *     so only once nothing else can refuse the request
   */
  public StoppedTemplate require(Context context, Supplier<Optional<TemplateStates.Used>> look) {
    Optional<TemplateStates.Used> used = look.get();
    if (used.isEmpty()) {
      return StoppedTemplate.NONE;
    }
    if (isAccepted(context, "acceptTemplate")) {
      // Whether it is stopped is another question.
      templates.refreshIfOld(used.get());
    } else {
      requireFitting(context, used.get());
    }
    // Last, because the list that was just read must not overrule who says it may be used.
    return look.get()
        .filter(known -> known.stop() != null)
        .map(known -> requireAllowed(context, known, look))
        .orElse(StoppedTemplate.NONE);
  }

  /** Allows a stopped template apart from any other change. */
  public void allow(StoppedTemplate template) {
    if (template.isOne()) {
      changes.run(() -> {
        template.allow(changing);
        return template;
      });
    }
  }

  /** A stop that was lifted meanwhile is no reason, if the list of templates can be read. */
  private StoppedTemplate requireAllowed(
      Context context, TemplateStates.Used used, Supplier<Optional<TemplateStates.Used>> look) {
    if (isAccepted(context, "acceptStopped")) {
      return new StoppedTemplate(used);
    }
    if (used.account() != null) {
      templates.lookAgain(used.account());
    }
    look.get()
        .map(TemplateStates.Used::stop)
        .ifPresent(stop -> {
          throw ProblemException.conflict(
                  "Every message would be refused, as "
                      + stop.reason()
                      + ". Wait until it is approved again, or repeat it with acceptStopped=true"
                      + " if you know that it is.")
              .with("stoppedTemplate", stop.reason());
        });
    return StoppedTemplate.NONE;
  }

  private void requireFitting(Context context, TemplateStates.Used used) {
    Optional<List<String>> compared = templates.misfits(used);
    if (compared.isEmpty()) {
      Unchecked.TEMPLATE.note(context);
    }
    List<String> misfits = compared.orElse(List.of());
    if (!misfits.isEmpty()) {
      throw ProblemException.conflict(
              "Every message would be refused or wrong, as "
                  + String.join("; ", misfits)
                  + ". Correct the message or choose another template, or repeat it with"
                  + " acceptTemplate=true if you are sure that the provider accepts it.")
          .with("unfitTemplate", misfits);
    }
  }

  private static boolean isAccepted(Context context, String parameter) {
    return "true".equals(context.queryParam(parameter));
  }
}
