package dev.sluice.console.sender;

import dev.sluice.console.http.Audit;
import io.javalin.http.Context;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A stopped template of which the caller of a request says that it may be used: by everybody's
 * campaigns, so this is stored together with what was requested, or not at all.
 *
 * @param used null if there is none
 */
public record StoppedTemplate(TemplateStates.@Nullable Used used) {
  /** For requests that need no stopped template. */
  public static final StoppedTemplate NONE = new StoppedTemplate(null);

  boolean isOne() {
    return used != null;
  }

  /** Stores that it may be used. */
  public void allow(DSLContext inside) {
    if (used != null) {
      new TemplateStates(inside).allow(used);
    }
  }

  /**
   * Notes who has said so.
   *
   * @param campaign what the audit log calls it
   */
  public void log(Context context, String campaign) {
    if (isOne()) {
      Audit.log(context, "allow its template", campaign);
    }
  }
}
