package dev.sluice.schema;

import org.jspecify.annotations.Nullable;

/** Text from outside, cut to what is stored. */
public final class Clipped {
  private Clipped() {}

  /**
   * The text's beginning, never half a character, and without the zero character, which PostgreSQL
   * does not store.
   *
   * @param longest characters, above 0
   */
  public static String to(int longest, String text) {
    String storable = text.replace('\0', '\ufffd');
    if (storable.length() <= longest) {
      return storable;
    }
    int end = Character.isHighSurrogate(storable.charAt(longest - 1)) ? longest - 1 : longest;
    return storable.substring(0, end);
  }

  /** The same of a text that may be missing. */
  public static @Nullable String orNull(int longest, @Nullable String text) {
    return text == null ? null : to(longest, text);
  }
}
