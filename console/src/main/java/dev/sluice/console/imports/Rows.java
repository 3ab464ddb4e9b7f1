package dev.sluice.console.imports;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a file of recipients, in order. */
public sealed interface Rows extends Iterator<Rows.Row> permits CsvRows, JsonRows {

  /** Returns the names of the cells as they stand in the file. */
  List<String> header();

  /** Returns the separator between the cells. */
  char separator();

  /**
   * A row as it was read.
   *
   * @param line the line where it begins, from 1
   * @param variables by name
   * @param externalId the recipient's key in the program that the file comes from, or null
   * @param timeZone the recipient's time zone as it is written, or null
   * @param cells as they stand in the file, to be given back
   * @param fault why no recipient can be made of it whatever its number, or null
   */
  record Row(
      long line,
      String phone,
      Map<String, String> variables,
      @Nullable String externalId,
      @Nullable String timeZone,
      List<String> cells,
      @Nullable String fault) {

    /** Returns a row of which nothing but perhaps its number can be used. */
    static Row faulty(long line, String phone, List<String> cells, String fault) {
      return new Row(line, phone, Map.of(), null, null, cells, fault);
    }
  }
}
