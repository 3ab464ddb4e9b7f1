package dev.sluice.console;

import java.util.regex.Pattern;

/**
 * Cells that a spreadsheet would execute: an apostrophe before them keeps them text, and is taken
 * away when the file is read again. Phone numbers are none, although they begin with a plus.
 */
final class Formulas {
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9][0-9 .,-]*");
  private static final Pattern FORMULA = Pattern.compile("(?s)'*[=+\\-@\\t\\r\\n＝＋－＠].*");

  private Formulas() {}

  /** The cell as it is written. */
  static String defused(String cell) {
    return FORMULA.matcher(cell).matches() && !NUMBER.matcher(cell).matches() ? "'" + cell : cell;
  }

  /** The cell as it was before it was written. */
  static String restored(String cell) {
    return cell.startsWith("'") && FORMULA.matcher(cell).matches() ? cell.substring(1) : cell;
  }
}
