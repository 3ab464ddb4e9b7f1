package dev.sluice.benchmark.scenario;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The result of a comparison.
 *
 * @param columns the names and units of a row's numbers
 * @param rows the measurements, in the order in which they were made
 * @param missed what was expected of them and is not so, in words
 */
public record Report(List<String> columns, List<Row> rows, List<String> missed) {
  private static final int NARROWEST = 12;

  public Report {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    missed = List.copyOf(missed);
  }

  /** A report of which nothing is expected. */
  Report(List<String> columns, List<Row> rows) {
    this(columns, rows, List.of());
  }

  /**
   * One measurement.
   *
   * @param values one number per column; NaN where there is none
   */
  public record Row(String name, List<Double> values) {
    public Row {
      values = List.copyOf(values);
    }

    static Row of(String name, Double... values) {
      return new Row(name, List.of(values));
    }
  }

  /** Prints the report as a table. */
  public void print(PrintWriter out) {
    int nameWidth = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    out.printf("%-" + (nameWidth + 1) + "s", "");
    columns.forEach(column -> out.printf(" %" + width(column) + "s", column));
    out.println();
    for (Row row : rows) {
      out.printf("%-" + (nameWidth + 1) + "s", row.name());
      for (int i = 0; i < columns.size(); i++) {
        out.printf(" %" + width(columns.get(i)) + "s", text(row.values().get(i)));
      }
      out.println();
    }
    missed.forEach(one -> out.println("MISSED " + one));
  }

  private static int width(String column) {
    return Math.max(NARROWEST, column.length());
  }

  /** Formats a number with about three digits, which is all that a measurement supports. */
  private static String text(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%,.0f", value);
  }

  /** Returns the report for programs: for each row its numbers by column. */
  public List<Map<String, Object>> asJson() {
    return rows.stream().map(this::asJson).collect(Collectors.toCollection(ArrayList::new));
  }

  private Map<String, Object> asJson(Row row) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", row.name());
    for (int i = 0; i < columns.size(); i++) {
      if (!Double.isNaN(row.values().get(i))) {
        json.put(columns.get(i), row.values().get(i));
      }
    }
    return json;
  }
}
