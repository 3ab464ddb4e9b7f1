package dev.sluice.console.webhook;

import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The words with which people opt out. One counts if it is the whole message, whatever its case and
 * accents, and whatever punctuation, symbols and spaces are around it.
 */
final class OptOutWords {
  /** A longer text is slow to fold, and is no opt-out. */
  private static final int LONGEST = 200;

  /** Format characters, and what encloses a symbol or chooses its form. */
  private static final Pattern INVISIBLE =
      Pattern.compile("[\\p{Cf}\\p{Me}\\x{FE00}-\\x{FE0F}\\x{E0100}-\\x{E01EF}]+");

  /**
   * Accents, and the vowels that Arabic and Hebrew may leave out. In other scripts, such as
   * Devanagari and Thai, a mark is a vowel without which the word is another one.
   */
  private static final Pattern ACCENTS =
      Pattern.compile(
          "(^|[\\p{IsLatin}\\p{IsGreek}\\p{IsCyrillic}\\p{IsArabic}\\p{IsHebrew}]|[^\\p{L}\\p{M}])"
              + "\\p{Mn}+");

  private static final Pattern SPACES = Pattern.compile("[\\p{Z}\\s]+");
  private static final Pattern AROUND =
      Pattern.compile("^[\\p{P}\\p{S}\\p{Z}]+|[\\p{P}\\p{S}\\p{Z}]+$");

  private final Set<String> words;

  OptOutWords(Collection<String> words) {
    this.words = words.stream().map(OptOutWords::folded).collect(Collectors.toUnmodifiableSet());
  }

  boolean contains(String message) {
    return message.length() <= LONGEST && words.contains(folded(message));
  }

  private static String folded(String text) {
    String visible =
        INVISIBLE.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
    String unaccented = ACCENTS.matcher(visible).replaceAll("$1");
    String plain = SPACES.matcher(unaccented).replaceAll(" ").strip().toUpperCase(Locale.ROOT);
    String bare = AROUND.matcher(plain).replaceAll("");
    // A word may be nothing but a symbol.
    return bare.isEmpty() ? plain : bare;
  }
}
