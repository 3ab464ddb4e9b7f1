package dev.sluice.console.imports;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Uploads;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/recipients/check}: what a file of recipients or of suppressions would come to, before
 * anything is created; and as CSV, the rows that would be rejected, whole, with the reason beside
 * them in the reader's language.
 */
public final class FileCheck {
  /** Rejected rows that are listed; more are only counted. */
  private static final int LISTED = 100;

  /** Usable rows of which a person can see the message, if they are not too long together. */
  private static final int SHOWN = 50;

  private static final int SHOWN_CHARACTERS = 100_000;

  /** Without it Excel takes UTF-8 for another encoding. */
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Uploads uploads;
  private final PhoneNumbers phoneNumbers;
  private final RowRules recipients;
  private final RowRules suppressions;
  private final SuppressedPeople suppressed;

  /**
   * Creates the routes.
   *
   * @param recipients rules for files of recipients
   * @param suppressions rules for files of suppressions
   * @param suppressed counts who of a file of recipients would get nothing
   */
  public FileCheck(
      Uploads uploads,
      PhoneNumbers phoneNumbers,
      RowRules recipients,
      RowRules suppressions,
      SuppressedPeople suppressed) {
    this.uploads = uploads;
    this.phoneNumbers = phoneNumbers;
    this.recipients = recipients;
    this.suppressions = suppressions;
    this.suppressed = suppressed;
  }

  public void add(RoutesConfig routes) {
    routes.post("/api/recipients/check", this::check);
    routes.get("/api/regions", this::regions);
  }

  private void regions(Context context) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("regions", phoneNumbers.regions().stream().sorted().toList());
    answer.put("default", phoneNumbers.region().orElse(null));
    JsonHttp.json(context, 200, answer);
  }

  private void check(Context context) {
    boolean isToBeSent = isToBeSent(context);
    RowRules here = RowRequest.rules(context, isToBeSent ? recipients : suppressions);
    if (JsonHttp.wantsCsv(context)) {
      RowWords words =
          Reading.given(context, "language").map(RowWords::in).orElse(RowWords.ENGLISH);
      uploads.convert(
          context,
          Uploads.Use.CHECK,
          (body, made) -> {
            Rows rows = RowRequest.rows(context, body, zones(context));
            context.contentType("text/csv; charset=utf-8");
            context.header("Content-Disposition", "attachment; filename=\"rejected.csv\"");
            writeRejected(rows, here, words, made);
          });
    } else {
      JsonHttp.json(
          context,
          200,
          uploads.take(
              context,
              Uploads.Use.CHECK,
              body -> summary(RowRequest.rows(context, body, zones(context)), here, isToBeSent)));
    }
  }

  /** Returns whether the file is meant for a campaign with a local time. */
  private static boolean zones(Context context) {
    return "true".equals(context.queryParam("zones"));
  }

  /** Returns whether the file is one of recipients; otherwise it is one of suppressions. */
  private static boolean isToBeSent(Context context) {
    String use = Reading.given(context, "for").orElse("recipients");
    return switch (use) {
      case "recipients" -> true;
      case "suppressions" -> false;
      default ->
          throw ProblemException.field("for", "is recipients or suppressions, not \"" + use + "\"");
    };
  }

  private Map<String, @Nullable Object> summary(Rows rows, RowRules rules, boolean isToBeSent) {
    Rejections rejections = new Rejections(LISTED);
    long usable = 0;
    NumbersSeen numbers = new NumbersSeen();
    List<RowRules.Usable> shown = new ArrayList<>();
    int characters = 0;
    // Its columns, or if it has none, the variables of the first usable row.
    Collection<String> names = rows instanceof CsvRows csv ? csv.variables() : List.of();
    Map<String, Long> empty = new LinkedHashMap<>();
    while (rows.hasNext()) {
      Rows.Row row = rows.next();
      switch (rules.judge(row)) {
        case RowRules.Usable good -> {
          if (usable == 0) {
            names = rows instanceof CsvRows ? names : good.variables().keySet();
          }
          usable++;
          numbers.add(good.phone());
          if (shown.size() < SHOWN && characters < SHOWN_CHARACTERS) {
            shown.add(good);
            characters += good.variables().values().stream().mapToInt(String::length).sum();
          }
          for (String name : names) {
            if (good.variables().getOrDefault(name, "").isBlank()) {
              empty.merge(name, 1L, Long::sum);
            }
          }
        }
        case RowRules.Unusable(String reason) -> rejections.add(row.line(), reason);
      }
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    if (rows instanceof CsvRows csv) {
      answer.put("charset", csv.charset().name());
      answer.put("separator", String.valueOf(csv.separator()));
      answer.put("phoneColumn", csv.phoneColumn());
      answer.put("externalIdColumn", csv.externalIdColumn());
      answer.put("timeZoneColumn", csv.timeZoneColumn());
    }
    answer.put("variables", names);
    answer.put("empty", empty);
    RecipientImport.Report report = rejections.report(usable, 0, new Missing.Tally(Needs.NOTHING));
    answer.put("usable", usable);
    answer.put("duplicates", numbers.duplicates());
    if (isToBeSent) {
      answer.put("suppressed", suppressed.among(numbers).orElse(null));
    }
    answer.put("countries", numbers.countries());
    answer.put("rejectedCount", report.rejectedCount());
    answer.put("rejected", report.rejected());
    answer.put("first", shown.isEmpty() ? null : shown.getFirst());
    answer.put("shown", shown);
    return answer;
  }

  /** Writes row by row as they are read, so that any number of them is possible. */
  private static void writeRejected(Rows rows, RowRules rules, RowWords words, OutputStream made)
      throws IOException {
    OutputStreamWriter out = new OutputStreamWriter(made, StandardCharsets.UTF_8);
    out.write(BYTE_ORDER_MARK);
    CsvWriter csv = CsvWriter.builder().fieldSeparator(rows.separator()).build(out);
    int width = rows.header().size();
    csv.writeRecord(line(rows.header(), width, Rejections.REASON));
    try {
      while (rows.hasNext()) {
        Rows.Row row = rows.next();
        if (rules.judge(row) instanceof RowRules.Unusable(String reason)) {
          csv.writeRecord(line(row.cells(), width, words.of(reason)));
        }
      }
    } catch (ProblemException e) {
      // The rows read so far are of use, but their reader must see that others are missing.
      csv.writeRecord(line(List.of(), width, words.restUnread(String.valueOf(e.getMessage()))));
    }
    csv.flush();
  }

  private static List<String> line(List<String> cells, int width, String reason) {
    List<String> line = new ArrayList<>(cells);
    line.addAll(Collections.nCopies(Math.max(0, width - cells.size()), ""));
    line.add(reason);
    return line.stream().map(Formulas::defused).toList();
  }
}
