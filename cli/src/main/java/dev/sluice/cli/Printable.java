package dev.sluice.cli;

import java.util.regex.Pattern;

/** Words that others chose, which must neither steer a terminal nor begin lines of their own. */
final class Printable {
  /** Control characters, other ends of lines, and what turns the direction of writing. */
  private static final Pattern STEERING =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]");

  /** JSON is laid out with lines, and escapes only some of the others itself. */
  private static final Pattern STEERING_IN_JSON =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069&&[^\\r\\n]]");

  private Printable() {}

  /** The words on one line. */
  static String of(String words) {
    return STEERING.matcher(words).replaceAll("·");
  }

  /** The same JSON. */
  static String json(String json) {
    return STEERING_IN_JSON
        .matcher(json)
        .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
  }
}
