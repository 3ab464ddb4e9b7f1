package dev.sluice.schema;

import org.jspecify.annotations.Nullable;

/**
 * Words from outside, made fit for JSON and PostgreSQL: without the character 0, which a {@code
 * text} cannot hold, without halves of a surrogate pair, which are no UTF-8, and no longer than a
 * bound.
 */
public final class StorableText {
  private StorableText() {}

  /**
   * The words, cut after so many characters.
   *
   * @param longest characters (UTF-16 code units)
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

  /** Whether it can be stored as it is, however long. */
  public static boolean isFine(String words) {
    return isFine(words, Integer.MAX_VALUE);
  }

  /** Whether it can be stored as it is. */
  static boolean isFine(String words, int longest) {
    return words.length() <= longest && words.codePoints().allMatch(StorableText::isFine);
  }

  private static boolean isFine(int codePoint) {
    return codePoint != 0
        && (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE);
  }
}
