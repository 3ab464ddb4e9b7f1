package dev.sluice.console;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** {@code /api/suppressions}: read in pages, and add. */
final class SuppressionRoutes {
  private static final int PAGE = 1_000;
  private static final int BATCH = 5_000;

  private final Suppressions suppressions;
  private final PhoneNumbers phoneNumbers;

  SuppressionRoutes(Suppressions suppressions, PhoneNumbers phoneNumbers) {
    this.suppressions = suppressions;
    this.phoneNumbers = phoneNumbers;
  }

  void add(RoutesConfig routes) {
    routes.get("/api/suppressions", this::list);
    routes.post("/api/suppressions", this::addNumbers);
  }

  private void list(Context context) throws IOException {
    if ("text/csv".equals(context.header("Accept"))) {
      export(context);
      return;
    }
    String after = context.queryParam("after");
    // A plus in a query string that nobody encoded is a space.
    String from = after == null ? "" : after.replace(' ', '+');
    List<Map<String, Object>> page = suppressions.after(from, PAGE);
    Answer.json(context, 200, page);
  }

  /** All of them, page by page, so that no number of them is too many. */
  private void export(Context context) throws IOException {
    context.contentType("text/csv; charset=utf-8");
    context.header("Content-Disposition", "attachment; filename=\"suppressions.csv\"");
    OutputStreamWriter out = new OutputStreamWriter(context.outputStream(), StandardCharsets.UTF_8);
    CsvWriter csv = CsvWriter.builder().build(out);
    csv.writeRecord("phone", "reason", "createdAt");
    String after = "";
    while (true) {
      List<Map<String, Object>> page = suppressions.after(after, PAGE);
      page.forEach(row ->
          csv.writeRecord(
              row.get("phone").toString(),
              row.get("reason").toString(),
              row.get("createdAt").toString()));
      if (page.size() < PAGE) {
        break;
      }
      after = page.getLast().get("phone").toString();
    }
    csv.flush();
  }

  private void addNumbers(Context context) {
    Iterator<RecipientImport.Row> rows = Answer.rows(context);
    String reason = context.queryParam("reason");
    List<String> batch = new ArrayList<>();
    List<RecipientImport.Rejected> rejected = new ArrayList<>();
    long read = 0;
    long accepted = 0;
    while (rows.hasNext()) {
      RecipientImport.Row row = rows.next();
      if (row.fault() != null) {
        rejected.add(new RecipientImport.Rejected(row.line(), row.fault()));
        continue;
      }
      switch (phoneNumbers.parse(row.phone())) {
        case PhoneNumbers.Valid(String e164) -> {
          batch.add(e164);
          read++;
        }
        case PhoneNumbers.Invalid(String why) ->
            rejected.add(new RecipientImport.Rejected(row.line(), why));
      }
      if (batch.size() == BATCH) {
        accepted += suppressions.add(batch, reason == null ? "manual" : reason);
        batch.clear();
      }
    }
    accepted += batch.isEmpty() ? 0 : suppressions.add(batch, reason == null ? "manual" : reason);
    Audit.log(context, "suppress " + accepted + " numbers", "suppressions");
    Answer.json(
        context,
        200,
        new RecipientImport.Report(accepted, read - accepted, rejected.size(), rejected));
  }
}
