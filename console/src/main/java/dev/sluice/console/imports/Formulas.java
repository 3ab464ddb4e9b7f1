package dev.sluice.console.imports;

import java.util.regex.Pattern;

/**
 * Cells that a spreadsheet would execute: a leading apostrophe keeps them text, and is removed when
 * the file is read again. Numbers are left alone, although phone numbers begin with a plus.
 */
public final class Formulas {
  private static final String SIGN = "[=+\\-@＝＋－＠]";
  private static final String BETWEEN = "[,;|\\t\\r\\n]";

  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9][0-9 .,-]*");
  private static final Pattern BEGINNING = Pattern.compile("[\"']*(?:" + SIGN + "|[\\t\\r\\n])");
  private static final Pattern WITHIN =
      Pattern.compile(
          "(?<="
              + BETWEEN
              + ")([\"']*)(?="
              + SIGN
              + ")(?![+-]?[0-9][0-9 .-]*(?:$|"
              + BETWEEN
              + "))");

  private Formulas() {}

  /** Returns a cell as it is written into a file that its owner corrects and sends again. */
  static String defused(String cell) {
    boolean formula = BEGINNING.matcher(cell).lookingAt() && !NUMBER.matcher(cell).matches();
    return formula ? "'" + cell : cell;
  }

  /**
   * Returns a cell as it is written into an export for people to read. A spreadsheet that uses
   * another separator than the file begins a cell within a text, so what follows any separator or
   * line break is defused too. That is never reverted: texts that people write may have apostrophes
   * there.
   */
  public static String defusedThroughout(String cell) {
    String begun = defused(cell);
    return hasSeparator(begun) ? WITHIN.matcher(begun).replaceAll("$1'") : begun;
  }

  /** Most cells have none, and the pattern looks behind each character. */
  private static boolean hasSeparator(String cell) {
    for (int i = 0; i < cell.length(); i++) {
      switch (cell.charAt(i)) {
        case ',', ';', '|', '\t', '\r', '\n' -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  /** Returns a cell as it was before {@link #defused}. */
  static String restored(String cell) {
    return cell.startsWith("'") && BEGINNING.matcher(cell).region(1, cell.length()).lookingAt()
        ? cell.substring(1)
        : cell;
  }
}
