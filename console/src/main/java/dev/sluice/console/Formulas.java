package dev.sluice.console;

import java.util.regex.Pattern;

/**
 * Cells that a spreadsheet would execute: an apostrophe keeps them text, and is taken away when the
 * file is read again. A spreadsheet that takes another separator than the file's begins a cell
 * within a text, so what follows any separator or line break there is treated like the beginning.
 * Numbers are left alone, although those of phones begin with a plus.
 */
final class Formulas {
  private static final String SIGN = "[=+\\-@＝＋－＠]";
  private static final String BETWEEN = "[,;|\\t\\r\\n]";
  private static final String NO_NUMBER = "(?![+-]?[0-9][0-9 .-]*\"*(?:$|" + BETWEEN + "))";

  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9][0-9 .,-]*");
  private static final Pattern BEGINNING = Pattern.compile("\"*'*(?:" + SIGN + "|[\\t\\r\\n])");
  private static final Pattern WITHIN =
      Pattern.compile("(?<=" + BETWEEN + ")(\"*)" + NO_NUMBER + "(?='*" + SIGN + ")");
  private static final Pattern DEFUSED_WITHIN =
      Pattern.compile("(?<=" + BETWEEN + ")(\"*)'" + NO_NUMBER + "(?='*" + SIGN + ")");

  private Formulas() {}

  /** The cell as it is written. */
  static String defused(String cell) {
    String within = WITHIN.matcher(cell).replaceAll("$1'");
    return BEGINNING.matcher(cell).lookingAt() && !NUMBER.matcher(cell).matches()
        ? "'" + within
        : within;
  }

  /** The cell as it was before it was written. */
  static String restored(String cell) {
    String rest =
        cell.startsWith("'") && BEGINNING.matcher(cell).region(1, cell.length()).lookingAt()
            ? cell.substring(1)
            : cell;
    return DEFUSED_WITHIN.matcher(rest).replaceAll("$1");
  }
}
