package dev.sluice.schema;

import java.util.regex.Pattern;

/** Words for logs and dead letters, which many read and nobody clears. */
public final class Masked {
  /** In E.164 or as people write it with a plus, or at least ten digits; neither UUIDs nor ids. */
  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\w+-])(?:\\+[0-9][0-9 ().-]{5,18}[0-9]|[0-9]{10,15})(?![\\w-])");

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");
  private static final int BEGINNING = 5;
  private static final int END = 2;

  private Masked() {}

  /** The words on one line, so that nobody writes a line of their own, with numbers masked. */
  public static String line(String words) {
    return numbers(CONTROL.matcher(words).replaceAll(" "));
  }

  /** The words with the middle of every phone number as stars. */
  public static String numbers(String words) {
    return NUMBER
        .matcher(words)
        .replaceAll(found -> {
          String number = found.group();
          int end = number.length() - END;
          return number.substring(0, BEGINNING)
              + number.substring(BEGINNING, end).replaceAll("[0-9]", "*")
              + number.substring(end);
        });
  }
}
