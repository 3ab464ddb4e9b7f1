package dev.sluice.console.webhook;

import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The words by which people ask to be left alone: a whole message, case and accents aside. */
final class OptOutWords {
  /** Folding a long text takes long, and nobody asks so. */
  private static final int LONGEST = 200;

  private static final Pattern MARKS = Pattern.compile("\\p{M}+");

  private final Set<String> words;

  OptOutWords(Collection<String> words) {
    this.words = words.stream().map(OptOutWords::folded).collect(Collectors.toUnmodifiableSet());
  }

  boolean contains(String message) {
    return message.length() <= LONGEST && words.contains(folded(message));
  }

  private static String folded(String text) {
    return MARKS
        .matcher(Normalizer.normalize(text.strip(), Normalizer.Form.NFKD))
        .replaceAll("")
        .toUpperCase(Locale.ROOT);
  }
}
