package dev.sluice.console.reply;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.sluice.console.http.Exports;
import dev.sluice.console.imports.Formulas;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers with campaigns' replies as files, of which only one page is in memory. */
public final class ReplyExports {
  private static final int PAGE = 2_000;

  private final ReplyPages pages;
  private final Exports exports;

  public ReplyExports(ReplyPages pages, Exports exports) {
    this.pages = pages;
    this.exports = exports;
  }

  /** Sends all replies to a campaign, in the order in which they arrived. */
  public void send(Context context, UUID campaignId) {
    exports.send(context, "replies-" + campaignId, out -> write(campaignId, out));
  }

  private void write(UUID campaignId, OutputStream to) throws IOException {
    CsvWriter csv = CsvWriter.builder().build(new OutputStreamWriter(to, StandardCharsets.UTF_8));
    csv.writeRecord("phone", "externalId", "kind", "text", "at", "messageId", "answeredMessageId");
    long last = 0;
    List<ReplyPages.Listed> page;
    do {
      long seen = last;
      page = exports.page(() -> pages.after(campaignId, seen, PAGE));
      for (ReplyPages.Listed reply : page) {
        csv.writeRecord(
            reply.phone(),
            text(reply.externalId()),
            reply.kind(),
            text(reply.text()),
            reply.at().toString(),
            text(reply.messageId()),
            text(reply.answeredMessageId()));
        last = reply.id();
      }
    } while (page.size() == PAGE);
    csv.flush();
  }

  private static String text(@Nullable String cell) {
    return cell == null ? "" : Formulas.defusedThroughout(cell);
  }
}
