package dev.sluice.console.imports;

import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.io.InputStream;
import java.util.Locale;

/** Reads the parameters and the rows of a request with rows. */
public final class RowRequest {
  private RowRequest() {}

  /**
   * Returns the rows of the body in CSV or JSON, as they stream in.
   *
   * @param zones whether they may hold the recipients' time zones
   */
  public static Rows rows(Context context, InputStream body, boolean zones) {
    // Not contentType(), which fails if the encoding is unknown.
    String given = context.header("Content-Type");
    String type = given == null ? "" : JsonHttp.type(given).toLowerCase(Locale.ROOT);
    return switch (type) {
      case "text/csv" -> new CsvRows(body, Reading.of(context, zones));
      case "application/json" -> {
        if (!context.queryParams("map").isEmpty()) {
          throw ProblemException.field("map", "is for CSV; in JSON each variable has its own name");
        }
        yield new JsonRows(body, zones);
      }
      default ->
          throw ProblemException.badRequest(
              "Send rows as Content-Type text/csv or application/json, not \"" + type + "\".");
    };
  }

  /** Returns the rules for the rows, with the {@code region} of this request's numbers. */
  public static RowRules rules(Context context, RowRules rules) {
    return rules.in(Reading.given(context, "region"));
  }
}
