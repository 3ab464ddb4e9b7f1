package dev.sluice.console;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a file of recipients, one after the other. */
sealed interface Rows extends Iterator<Rows.Row> permits CsvRows, JsonRows {

  /** The names of its cells as they stand in the file. */
  List<String> header();

  /** What lies between the cells. */
  char separator();

  /**
   * A row as it was read.
   *
   * @param line where it began, from 1
   * @param variables by name
   * @param cells as they stand in the file, to be given back
   * @param fault why it cannot be used whatever its number, or null
   */
  record Row(
      long line,
      String phone,
      Map<String, String> variables,
      List<String> cells,
      @Nullable String fault) {}
}
