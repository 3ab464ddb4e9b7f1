package dev.sluice.console.recipient;

import dev.sluice.console.http.Exports;
import dev.sluice.schema.RecipientStatus;
import io.javalin.http.Context;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Answers with campaigns' recipients as files. */
public final class RecipientExports {
  private final DSLContext sql;
  private final Exports exports;

  public RecipientExports(DSLContext sql, Exports exports) {
    this.sql = sql;
    this.exports = exports;
  }

  /**
   * Sends a campaign's recipients.
   *
   * @param statuses the wanted ones, or none for all
   * @param reason the error code of the wanted ones, or null for all
   * @param words of the reasons
   */
  public void send(
      Context context,
      UUID campaignId,
      Set<RecipientStatus> statuses,
      @Nullable String reason,
      ReasonWords words) {
    ExportPages pages = new ExportPages(sql, campaignId, statuses, reason, exports);
    exports.send(
        context, "campaign-" + campaignId, out -> new RecipientExport(pages, words).writeTo(out));
  }
}
