package dev.sluice.cli;

import org.jspecify.annotations.Nullable;

/** A campaign's sending hours as typed; the console parses them. */
record SendingHours(@Nullable String start, @Nullable String end) {
  static final SendingHours ANY = new SendingHours(null, null);

  /**
   * Parses a text like {@code 09:00-20:00}.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  static SendingHours parse(String text) {
    String[] hours = text.split("-", 2);
    if (hours.length < 2) {
      throw new IllegalArgumentException("the sending hours must be like 09:00-20:00, not " + text);
    }
    return new SendingHours(hours[0].strip(), hours[1].strip());
  }
}
