package dev.sluice.schema;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * Times as events have them, like {@code 2026-11-28T05:00:00.123Z}. Java's own formatter is general
 * enough to take a third of the time of reading an event, and seconds to be compiled.
 */
final class Times {
  private static final int SECONDS_A_DAY = 86_400;
  private static final int NANOS_AT = 20;
  private static final long YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z").getEpochSecond();

  private Times() {}

  /** Returns the time; null if it is not written in the usual way, even if it is a time. */
  static @Nullable Instant parse(String text) {
    int length = text.length();
    if (length < NANOS_AT
        || length == NANOS_AT + 1
        || length > NANOS_AT + 10
        || text.charAt(length - 1) != 'Z'
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':'
        || (length > NANOS_AT && text.charAt(NANOS_AT - 1) != '.')) {
      return null;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    int fraction = length == NANOS_AT ? 0 : number(text, NANOS_AT, length - 1);
    if (year < 0
        || month < 1
        || month > 12
        || day < 1
        || day > YearMonth.of(year, month).lengthOfMonth()
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59
        || fraction < 0) {
      return null;
    }
    for (int digits = length - 1 - NANOS_AT; digits >= 0 && digits < 9; digits++) {
      fraction *= 10;
    }
    long days = LocalDate.of(year, month, day).toEpochDay();
    return Instant.ofEpochSecond(
        days * SECONDS_A_DAY + hour * 3_600L + minute * 60L + second, fraction);
  }

  /** Returns a time as {@link Instant#toString} does. */
  static String format(Instant time) {
    long seconds = time.getEpochSecond();
    if (seconds < 0 || seconds >= YEAR_10000) {
      return time.toString();
    }
    LocalDate day = LocalDate.ofEpochDay(seconds / SECONDS_A_DAY);
    int second = (int) (seconds % SECONDS_A_DAY);
    char[] text = "0000-00-00T00:00:00.000000000Z".toCharArray();
    put(text, 4, day.getYear());
    put(text, 7, day.getMonthValue());
    put(text, 10, day.getDayOfMonth());
    put(text, 13, second / 3_600);
    put(text, 16, second / 60 % 60);
    put(text, 19, second % 60);
    int nanos = time.getNano();
    put(text, 29, nanos);
    int end = nanos == 0 ? 19 : nanos % 1_000_000 == 0 ? 23 : nanos % 1_000 == 0 ? 26 : 29;
    text[end] = 'Z';
    return new String(text, 0, end + 1);
  }

  /** Writes a number that ends at this index, over zeros. */
  private static void put(char[] text, int end, int number) {
    int at = end;
    for (int left = number; left > 0; left /= 10) {
      text[--at] = (char) ('0' + left % 10);
    }
  }

  /** Returns the number that the digits denote, or -1 if one of them is not a digit. */
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = 10 * number + digit;
    }
    return number;
  }
}
