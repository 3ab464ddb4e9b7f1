package dev.sluice.console.imports;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Unchecked;
import dev.sluice.console.sql.Checks;
import io.javalin.http.Context;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks before a message goes out whether recipients lack any of its variables. If too many other
 * checks are running, or too little can be read in time, the campaign starts unchecked, and the
 * response says so.
 */
public final class MissingCheck {
  private static final Logger log = LoggerFactory.getLogger(MissingCheck.class);

  private final Checks checks;

  public MissingCheck(Checks checks) {
    this.checks = checks;
  }

  /**
   * Refuses a campaign whose recipients lack variables of its message, unless the caller accepts
   * it.
   *
   * @param undone what was therefore not done, in words
   * @throws ProblemException 409 if some lack any
   */
  public void require(Context context, UUID campaignId, String undone) {
    check(context, campaignId, undone, sql -> Missing.of(sql, campaignId));
  }

  /**
   * Does the same for a message that is about to become the campaign's.
   *
   * @param message reads what it needs; null for none
   */
  public void require(Context context, UUID campaignId, String undone, Reader message) {
    check(
        context,
        campaignId,
        undone,
        sql -> {
          Needs needs = message.read(sql);
          return needs == null ? Missing.NOTHING : Missing.of(sql, campaignId, needs);
        });
  }

  /** Reads what a message needs. */
  public interface Reader {
    @Nullable Needs read(DSLContext sql);
  }

  private void check(
      Context context, UUID campaignId, String undone, Function<DSLContext, Missing> look) {
    if (Missing.isAccepted(context)) {
      return;
    }
    Missing found = checks.ifFree(look).orElse(Missing.UNKNOWN);
    if (found.recipients() > 0) {
      throw found.problem(undone);
    }
    if (found.partial()) {
      log.warn("not all recipients of campaign {} were checked for missing variables", campaignId);
      Unchecked.RECIPIENTS.note(context);
    }
  }
}
