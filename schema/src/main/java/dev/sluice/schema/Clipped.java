package dev.sluice.schema;

import org.jspecify.annotations.Nullable;

/** Text from outside, cut to the length that is stored. */
public final class Clipped {
  private Clipped() {}

  /**
   * Returns the beginning of the text. Never splits a surrogate pair, and replaces the NUL
   * character, which PostgreSQL cannot store.
   *
   * @param longest the maximum length in characters, above 0
   */
  public static String to(int longest, String text) {
    String storable = text.replace('\0', '\ufffd');
    if (storable.length() <= longest) {
      return storable;
    }
    int end = Character.isHighSurrogate(storable.charAt(longest - 1)) ? longest - 1 : longest;
    return storable.substring(0, end);
  }

  /** Returns the beginning of the text, or null if there is none. */
  public static @Nullable String orNull(int longest, @Nullable String text) {
    return text == null ? null : to(longest, text);
  }
}
