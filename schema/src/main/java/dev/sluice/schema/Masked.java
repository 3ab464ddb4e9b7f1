package dev.sluice.schema;

import java.util.regex.Pattern;

/**
 * Masks phone numbers in text for logs and dead letters, which have many readers and are rarely
 * purged.
 */
public final class Masked {
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

  /** Digits that are not a phone number: campaign ids, times, IP addresses, sizes. */
  private static final String OTHER =
      String.join(
          "|",
          "\\b\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}\\b",
          "(?<![\\w+-])(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]"
              + "(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]+)?)?)?(?![0-9-])",
          "(?<![\\w.])" + OCTET + "(?:\\." + OCTET + "){3}(?!\\w|\\.[0-9])",
          "(?<![\\w+-])[0-9]{1,9}(?= bytes)");

  /** Seven or more digits, with any separators and any prefix. */
  private static final Pattern NUMBER =
      Pattern.compile(
          OTHER + "|(?<number>\\+?[0-9](?:[\\h().\\-/\\u2010-\\u2015]{0,2}[0-9]){6,30})");

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]+");

  /**
   * Below this many digits a number lacks its country code, and its first digits would reveal too
   * much.
   */
  private static final int SHORT = 10;

  private static final int BEGINNING = 5;
  private static final int END = 2;

  private Masked() {}

  /** Returns the text on one line, which prevents log injection, with phone numbers masked. */
  public static String line(String words) {
    return numbers(CONTROL.matcher(words).replaceAll(" "));
  }

  /** Returns the text with the middle digits of every phone number replaced by stars. */
  public static String numbers(String words) {
    return NUMBER
        .matcher(words)
        .replaceAll(found -> found.group("number") == null ? found.group() : masked(found.group()));
  }

  private static String masked(String number) {
    int beginning = number.chars().filter(Character::isDigit).count() < SHORT ? 0 : BEGINNING;
    int end = number.length() - END;
    return number.substring(0, beginning)
        + number.substring(beginning, end).replaceAll("[0-9]", "*")
        + number.substring(end);
  }
}
