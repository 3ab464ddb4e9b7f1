package dev.sluice.cli;

import java.util.regex.Pattern;

/**
 * Makes foreign text safe to print: it can neither control a terminal nor start lines of its own.
 */
final class Printable {
  /** Control characters, line separators and bidirectional controls. */
  private static final Pattern STEERING =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]");

  /**
   * The same without line breaks, which format JSON; JSON itself escapes only some of the others.
   */
  private static final Pattern STEERING_IN_JSON =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069&&[^\\r\\n]]");

  private Printable() {}

  /** Returns the text on one line. */
  static String of(String words) {
    return STEERING.matcher(words).replaceAll("·");
  }

  /** Returns the JSON with such characters escaped. */
  static String json(String json) {
    return STEERING_IN_JSON
        .matcher(json)
        .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
  }
}
