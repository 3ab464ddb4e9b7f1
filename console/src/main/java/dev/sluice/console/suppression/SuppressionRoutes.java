package dev.sluice.console.suppression;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Exports;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.imports.Formulas;
import dev.sluice.console.imports.PhoneBeginnings;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.imports.RecipientImport;
import dev.sluice.console.imports.RowRequest;
import dev.sluice.console.imports.RowRules;
import dev.sluice.schema.OptOutReason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code /api/suppressions}: reads in pages, adds and lifts. */
public final class SuppressionRoutes {
  private static final int PAGE = 1_000;

  /**
   * Reasons that decide how a suppression is lifted, or say that it was; clients may not give them.
   */
  private static final List<String> RESERVED =
      List.of(OptOutReason.PREFERENCE, Said.RESUME, Said.MESSAGE, Said.LIFTED);

  private final Suppressions suppressions;
  private final PhoneBeginnings beginnings;
  private final Lists lists;
  private final Additions additions;
  private final Bulkhead changes;
  private final Lifts lifts;

  /** A lift waits for others while it holds a connection, of which changes have only few. */
  private final Bulkhead lifting =
      new Bulkhead(
          1, Duration.ofSeconds(3), "Other suppressions are being lifted; try again later.");

  private final Uploads uploads;
  private final RowRules rules;
  private final Exports exports;

  /**
   * Creates the routes.
   *
   * @param suppressions read lists
   * @param lists places of readers
   * @param added add numbers, on connections of their own
   * @param changes places of those who change something
   * @param lifts lift suppressions
   * @param exports write files of all of them
   */
  public SuppressionRoutes(
      Suppressions suppressions,
      PhoneBeginnings beginnings,
      Lists lists,
      Suppressions added,
      Bulkhead changes,
      Lifts lifts,
      Uploads uploads,
      RowRules rules,
      Exports exports) {
    this.suppressions = suppressions;
    this.beginnings = beginnings;
    this.lists = lists;
    additions = new Additions(added);
    this.changes = changes;
    this.lifts = lifts;
    this.uploads = uploads;
    this.rules = rules;
    this.exports = exports;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/suppressions", this::list);
    routes.post("/api/suppressions", this::addNumbers);
    routes.delete("/api/suppressions/{phone}", this::lift);
  }

  private void list(Context context) {
    if (JsonHttp.wantsCsv(context)) {
      exports.send(context, "suppressions", this::writeAll);
      return;
    }
    String after = context.queryParam("after");
    // A plus that was not encoded in a query string arrives as a space.
    String from = after == null ? "" : Fields.storable("after", after.replace(' ', '+'));
    List<String> wanted = Reading.given(context, "phone").map(beginnings::of).orElse(List.of("+"));
    if (wanted.isEmpty()) {
      throw ProblemException.field("phone", "must be how numbers begin, like +5511");
    }
    lists.send(context, () -> suppressions.after(from, wanted, PAGE));
  }

  /** Writes all suppressions, page by page, so that any number of them is possible. */
  private void writeAll(OutputStream to) throws IOException {
    OutputStreamWriter out = new OutputStreamWriter(to, StandardCharsets.UTF_8);
    CsvWriter csv = CsvWriter.builder().build(out);
    csv.writeRecord("phone", "reason", "createdAt");
    String after = "";
    while (true) {
      String last = after;
      List<Suppressions.Suppression> page = exports.page(() -> suppressions.after(last, PAGE));
      page.forEach(row ->
          csv.writeRecord(
              row.phone(), Formulas.defusedThroughout(row.reason()), row.createdAt().toString()));
      if (page.size() < PAGE) {
        break;
      }
      after = page.getLast().phone();
    }
    csv.flush();
  }

  private void addNumbers(Context context) {
    RowRules here = RowRequest.rules(context, rules);
    String reason =
        Fields.atMost(
            Suppressions.LONGEST_REASON,
            "reason",
            Reading.given(context, "reason").orElse("manual"));
    if (RESERVED.contains(reason)) {
      throw ProblemException.field(
          "reason",
          "must be none of those that Sluice gives itself: " + String.join(", ", RESERVED));
    }
    RecipientImport.Report report =
        uploads.take(
            context,
            Uploads.Use.SUPPRESSION,
            body -> additions.add(RowRequest.rows(context, body, false), here, reason));
    Audit.log(context, "suppress " + report.accepted() + " numbers", "suppressions");
    JsonHttp.json(context, 200, report);
  }

  private void lift(Context context) {
    String phone = context.pathParam("phone");
    if (!Said.isNumber(phone)) {
      throw ProblemException.field(
          "phone", "must be a number as the list has it, like +5511999990001");
    }
    Optional<String> reason =
        Reading.given(context, "reason")
            .map(why -> Fields.atMost(Suppressions.LONGEST_REASON, "reason", why));
    Lifts.Lifted lifted =
        lifting.run(() -> changes.run(() -> lifts.lift(phone, reason, Audit.who(context))));
    Audit.log(
        context,
        "lift a suppression",
        phone + " (" + lifted.lift().was() + "): " + reason.orElse("-"));
    if (!lifted.left().isEmpty()) {
      throw ProblemException.conflict(lifted.words()).with("stillSuppressed", lifted.left());
    }
    JsonHttp.json(context, 200, lifted.lift());
  }
}
