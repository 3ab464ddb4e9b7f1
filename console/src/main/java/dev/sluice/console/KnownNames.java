package dev.sluice.console;

import dev.sluice.schema.Clipped;
import java.lang.reflect.RecordComponent;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The fields that a body may have, of which others are likely to be misspellings. */
record KnownNames(List<String> names) {
  /** Characters of an unknown name that are looked at and repeated. */
  private static final int LONGEST = 100;

  /** Those of a record, apart from the one that holds whatever else there is. */
  static KnownNames of(Class<? extends Record> body) {
    return new KnownNames(
        Stream.of(body.getRecordComponents())
            .map(RecordComponent::getName)
            .filter(name -> !name.equals("others"))
            .toList());
  }

  /**
   * Passes over nothing.
   *
   * @throws ProblemException 400 with the first that is not known
   */
  void requireNoOther(Set<String> given) {
    given.stream()
        .findFirst()
        .map(other -> Clipped.to(LONGEST, other))
        .ifPresent(other -> {
          throw ProblemException.field(
              other, "is not known; did you mean \"" + nearest(other) + "\"?");
        });
  }

  private String nearest(String other) {
    String lower = other.toLowerCase(Locale.ROOT);
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(name.toLowerCase(Locale.ROOT), lower)))
        .orElseThrow();
  }

  /** Levenshtein's: how many characters must be put in, taken away or changed. */
  private static int distance(String from, String to) {
    int[] before = IntStream.rangeClosed(0, to.length()).toArray();
    for (int i = 1; i <= from.length(); i++) {
      int[] now = new int[before.length];
      now[0] = i;
      for (int j = 1; j < now.length; j++) {
        int changed = before[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(changed, Math.min(before[j], now[j - 1]) + 1);
      }
      before = now;
    }
    return before[to.length()];
  }
}
