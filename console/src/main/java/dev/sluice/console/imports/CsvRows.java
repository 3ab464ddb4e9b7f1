package dev.sluice.console.imports;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.MessageTemplate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Recipients from CSV as spreadsheets write it: a column of phone numbers, one for each variable of
 * the message, and perhaps one of external ids and one of time zones. Columns without a name are
 * skipped, as are blank rows, and so are the reasons in a file of rejected rows that was corrected
 * and is sent again.
 */
final class CsvRows implements Rows {
  /** Characters of one column's name, and of all of them, that an error message repeats. */
  private static final int LONGEST_NAME = 100;

  private static final int LONGEST_HEADER = 1_000;

  private final Charset charset;
  private final CsvLayout layout;
  private final CloseableIterator<CsvRecord> records;
  private final boolean hasReasons;
  private final List<String> header;
  private final List<String> columns;
  private final int phoneColumn;
  private final int externalIdColumn;
  private final int timeZoneColumn;
  private final List<ColumnMap.Named> variables;
  private @Nullable CsvRecord next;

  CsvRows(InputStream csv, Reading reading) {
    try {
      FileText text = new FileText(csv, reading.charset());
      charset = text.charset();
      BufferedReader in = new BufferedReader(text);
      layout = CsvLayout.of(in, reading.phoneColumn());
      records = CsvLayout.records(layout.separator(), in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (layout.named() && more()) {
      read();
    }
    if (!more()) {
      throw ProblemException.badRequest("The file is empty; its first line must name the columns.");
    }
    List<String> named = read().getFields().stream().map(Formulas::restored).toList();
    int width = width(named);
    hasReasons = width > 0 && MessageTemplate.name(named.get(width - 1)).equals(Rejections.REASON);
    header = hasReasons ? named.subList(0, width - 1) : named;
    columns = header.stream().map(MessageTemplate::name).toList();
    phoneColumn = phoneColumn(reading);
    requireDifferentNames();
    reading.map().requireNumbers(columns.get(phoneColumn), reading.phoneColumn());
    variables = new ArrayList<>(reading.map().over(columns, phoneColumn));
    externalIdColumn = takeOut("external_id", "externalId");
    timeZoneColumn = reading.zones() ? takeOut("time_zone", "timeZone") : -1;
  }

  private int phoneColumn(Reading reading) {
    List<String> named =
        columns.stream().filter(name -> !name.isEmpty()).map(CsvRows::shown).toList();
    return switch (PhoneColumn.in(columns, reading.phoneColumn())) {
      case PhoneColumn.At(int index) -> index;
      case PhoneColumn.Several(List<String> names) ->
          throw ProblemException.badRequest(
                  "Which column holds the phone numbers: "
                      + names.stream()
                          .map(name -> '"' + shown(name) + '"')
                          .collect(Collectors.joining(" or "))
                      + "? Choose one with \"phoneColumn\".")
              .with("field", "phoneColumn")
              .with("columns", named);
      case PhoneColumn.None() ->
          throw ProblemException.badRequest(
                  reading
                          .phoneColumn()
                          .map(chosen ->
                              "\"phoneColumn\" names no column: \"" + shown(chosen) + "\".")
                          .orElse(
                              "The first line must name the columns, one of them \"phone\" or a"
                                  + " usual name for it; choose another with \"phoneColumn\".")
                      + " It reads: "
                      + Clipped.to(LONGEST_HEADER, String.join(", ", named)))
              .with("field", "phoneColumn")
              .with("columns", named);
    };
  }

  /** Returns the column with either name, which is no variable then, or -1. */
  private int takeOut(String snakeCase, String camelCase) {
    List<ColumnMap.Named> found =
        variables.stream()
            .filter(one -> one.name().equals(snakeCase) || one.name().equals(camelCase))
            .toList();
    if (found.size() > 1) {
      throw ProblemException.badRequest(
          "The columns \""
              + snakeCase
              + "\" and \""
              + camelCase
              + "\" mean the same; leave one out.");
    }
    variables.removeAll(found);
    return found.isEmpty() ? -1 : found.getFirst().column();
  }

  private void requireDifferentNames() {
    Set<String> seen = new HashSet<>();
    for (String name : columns) {
      if (!name.isEmpty() && !seen.add(name)) {
        throw ProblemException.badRequest(
            "Two columns have the same name: \"" + shown(name) + "\".");
      }
    }
  }

  private static String shown(String name) {
    return Clipped.to(LONGEST_NAME, name);
  }

  Charset charset() {
    return charset;
  }

  /** Returns the names of the variables that columns give. */
  List<String> variables() {
    return variables.stream().map(ColumnMap.Named::name).toList();
  }

  String phoneColumn() {
    return columns.get(phoneColumn);
  }

  @Nullable String externalIdColumn() {
    return externalIdColumn < 0 ? null : columns.get(externalIdColumn);
  }

  @Nullable String timeZoneColumn() {
    return timeZoneColumn < 0 ? null : columns.get(timeZoneColumn);
  }

  @Override
  public List<String> header() {
    return header;
  }

  @Override
  public char separator() {
    return layout.separator();
  }

  @Override
  public boolean hasNext() {
    while (next == null && more()) {
      CsvRecord record = read();
      if (!cells(record).stream().allMatch(String::isBlank)) {
        next = record;
      }
    }
    return next != null;
  }

  @Override
  public Row next() {
    if (next == null && !hasNext()) {
      throw new NoSuchElementException();
    }
    CsvRecord record = Objects.requireNonNull(next);
    next = null;
    List<String> cells = cells(record).stream().map(Formulas::restored).toList();
    int width = width(cells);
    if (width > header.size()) {
      String fault = RowReasons.moreColumns(width, header.size());
      // Where the cells are shifted, another number may stand in the phone's column.
      String phone = phoneColumn == 0 ? cell(cells, 0).strip() : "";
      return Row.faulty(record.getStartingLineNumber(), phone, cells, fault);
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (ColumnMap.Named one : variables) {
      values.put(one.name(), cell(cells, one.column()));
    }
    return new Row(
        record.getStartingLineNumber(),
        cell(cells, phoneColumn).strip(),
        values,
        externalIdColumn < 0 ? null : cell(cells, externalIdColumn),
        timeZoneColumn < 0 ? null : cell(cells, timeZoneColumn),
        cells,
        null);
  }

  /** Excel leaves out empty cells at the end of a row, and writes empty ones beyond the header. */
  private static String cell(List<String> cells, int column) {
    return column < cells.size() ? cells.get(column) : "";
  }

  /** Returns how many cells the row has without the blank ones at its end. */
  private static int width(List<String> cells) {
    int width = cells.size();
    while (width > 0 && cells.get(width - 1).isBlank()) {
      width--;
    }
    return width;
  }

  /**
   * Returns the cells without the last one, the reason for which the row was rejected before.
   * Spreadsheets write blank cells behind it.
   */
  private List<String> cells(CsvRecord record) {
    List<String> cells = record.getFields();
    int width = width(cells);
    return hasReasons && width > header.size() ? cells.subList(0, width - 1) : cells;
  }

  private boolean more() {
    try {
      return records.hasNext();
    } catch (CsvParseException e) {
      throw CsvLayout.problem(e);
    }
  }

  private CsvRecord read() {
    try {
      return records.next();
    } catch (CsvParseException e) {
      throw CsvLayout.problem(e);
    }
  }
}
