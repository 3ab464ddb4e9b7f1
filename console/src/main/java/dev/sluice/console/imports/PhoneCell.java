package dev.sluice.console.imports;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A cell of phone numbers as spreadsheets and people write it, in any country. */
final class PhoneCell {
  /** In characters; no number has as many, and patterns would take long over a whole book. */
  private static final int LONGEST = 100;

  /** Marked as text, by a formula or by an apostrophe. */
  private static final Pattern AS_TEXT = Pattern.compile("=\"(.*)\"|'(.*)");

  /** Brazil's notation, in which xx stands for the carrier that is dialled before an area code. */
  private static final Pattern WITH_CARRIER =
      Pattern.compile("(?i)[(\\h]*(?:\\+?55[)\\h]*\\(?)?0\\h*xx[)\\h-]*([1-9][0-9].*)");

  /** The remains of a long number in a cell that was not text. */
  private static final Pattern SHORTENED = Pattern.compile("[0-9]([.,][0-9]*)?[eE]\\+?[0-9]+");

  private static final Pattern DATE =
      Pattern.compile(
          "(?:(?:19|20)[0-9]{2}([-/.])(?:0?[1-9]|1[0-2])\\1[0-3]?[0-9]"
              + "|[0-3]?[0-9]([-/.])[0-3]?[0-9]\\2(?:19|20)[0-9]{2})"
              + "(?:[T\\h]+[0-9]{1,2}:.*)?");

  /** The library reads letters as the digits on the same key: "030-unknown" would be valid. */
  private static final Pattern LETTERS = Pattern.compile("[0-9].*\\p{L}");

  /**
   * The decimals of a number that a program took for an amount, with or without thousands
   * separators. Fewer digits before them may also be an area code.
   */
  private static final Pattern DECIMALS =
      Pattern.compile(
          "(\\+?(?:[0-9]{7,}|[0-9]{1,3}([.,'’\\h])[0-9]{3}(?:\\2[0-9]{3})+))"
              + "(?!\\2)[.,]([0-9]{1,2}|(?<=[0-9]{10}[.,])[0-9]+)");

  /**
   * A whole amount; with two separators at least, as a single one may also stand between two
   * numbers.
   */
  private static final Pattern THOUSANDS =
      Pattern.compile("\\+?[1-9][0-9]{0,2}([,'’])[0-9]{3}(?:\\1[0-9]{3})+");

  private static final Pattern SECOND_PLUS = Pattern.compile("(?s)[0-9].*[+＋]");
  private static final Pattern BETWEEN_NUMBERS = Pattern.compile("[/;,|&\\v]+");
  private static final Pattern NEITHER_DIGIT_NOR_PLUS = Pattern.compile("[^0-9+]+");

  /** An area code and the longest prefix before it are shorter. */
  private static final int SURELY_A_NUMBER = 8;

  private PhoneCell() {}

  /**
   * Returns why the cell is not one phone number, if that can be seen without knowing any country.
   */
  static Optional<String> fault(String cell) {
    if (cell.isBlank()) {
      return Optional.of(RowReasons.MISSING);
    }
    if (cell.length() > LONGEST) {
      return Optional.of(RowReasons.TOO_LONG);
    }
    String text = asText(cell);
    if (SHORTENED.matcher(text).matches()) {
      return Optional.of(RowReasons.SHORTENED);
    }
    if (DATE.matcher(text).matches()) {
      return Optional.of(RowReasons.DATE);
    }
    if (LETTERS.matcher(text).find()) {
      return Optional.of(RowReasons.LETTERS);
    }
    Matcher decimals = DECIMALS.matcher(text);
    if (decimals.matches() && !decimals.group(3).matches("0+")) {
      return Optional.of(RowReasons.DECIMALS);
    }
    return Optional.empty();
  }

  /** Returns the number in a cell without a fault. */
  static String number(String cell) {
    String text = asText(cell);
    if (THOUSANDS.matcher(text).matches()) {
      return digitsAndPlus(text);
    }
    Matcher decimals = DECIMALS.matcher(text);
    return decimals.matches() ? digitsAndPlus(decimals.group(1)) : text;
  }

  private static String digitsAndPlus(String text) {
    return NEITHER_DIGIT_NOR_PLUS.matcher(text).replaceAll("");
  }

  /** Returns the parts of a number, each of which may be a number of its own. */
  static List<String> parts(String number) {
    return BETWEEN_NUMBERS.splitAsStream(number).filter(part -> digits(part) > 0).toList();
  }

  /** Returns whether the text is more than one number in every country. */
  static boolean isSeveral(String number) {
    return SECOND_PLUS.matcher(number).find()
        || parts(number).stream().filter(part -> digits(part) >= SURELY_A_NUMBER).count() > 1;
  }

  private static long digits(String text) {
    return text.chars().filter(Character::isDigit).count();
  }

  private static String asText(String cell) {
    Matcher text = AS_TEXT.matcher(cell);
    String written =
        text.matches()
            ? Stream.of(1, 2)
                .map(text::group)
                .filter(given -> given != null)
                .findFirst()
                .orElse(cell)
            : cell;
    Matcher carrier = WITH_CARRIER.matcher(written);
    return carrier.matches() ? "+55 " + carrier.group(1) : written;
  }
}
