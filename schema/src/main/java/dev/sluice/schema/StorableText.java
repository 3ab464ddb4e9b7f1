package dev.sluice.schema;

import org.jspecify.annotations.Nullable;

/**
 * Makes text from outside fit for JSON and PostgreSQL: without the NUL character, which a {@code
 * text} cannot hold, without unpaired surrogates, which are not valid UTF-8, and limited in length.
 */
public final class StorableText {
  private StorableText() {}

  /**
   * Returns the text with unfit characters replaced by spaces, cut to a length.
   *
   * @param longest the maximum length, characters (UTF-16 code units)
   */
  static @Nullable String of(@Nullable String words, int longest) {
    if (words == null || isFine(words, longest)) {
      return words;
    }
    StringBuilder fine = new StringBuilder(Math.min(words.length(), longest));
    words
        .codePoints()
        .map(point -> isFine(point) ? point : ' ')
        .takeWhile(point -> fine.length() + Character.charCount(point) <= longest)
        .forEachOrdered(fine::appendCodePoint);
    return fine.toString();
  }

  /** Returns whether the text can be stored as it is, whatever its length. */
  public static boolean isFine(String words) {
    return isFine(words, Integer.MAX_VALUE);
  }

  /** Returns whether the text can be stored as it is. */
  static boolean isFine(String words, int longest) {
    if (words.length() > longest) {
      return false;
    }
    // A plain loop, as it runs for the texts of every result.
    int codePoint;
    for (int i = 0; i < words.length(); i += Character.charCount(codePoint)) {
      codePoint = words.codePointAt(i);
      if (!isFine(codePoint)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFine(int codePoint) {
    return codePoint != 0
        && (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE);
  }
}
