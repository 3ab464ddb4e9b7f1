package dev.sluice.console.http;

import dev.sluice.schema.Clipped;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** The fields that a body may have; an unknown one is likely to be a misspelling of one of them. */
record KnownNames(List<String> names) {
  /** Characters of an unknown name that are compared and repeated. */
  private static final int LONGEST = 100;

  /** The most characters by which a misspelling may differ from the name that is meant. */
  private static final int MISSPELT = 3;

  /** Returns the names among which one was not found. */
  static KnownNames of(UnrecognizedPropertyException e) {
    Collection<Object> known = e.getKnownPropertyIds();
    return new KnownNames(known == null ? List.of() : known.stream().map(String::valueOf).toList());
  }

  /** Returns the problem for a name that is not among them. */
  ProblemException unknown(String name) {
    String other = Clipped.to(LONGEST, name);
    String hint = nearest(other).map(" (did you mean \"%s\"?)"::formatted).orElse("");
    return ProblemException.field(other, "is not known" + hint);
  }

  /**
   * Returns the name that is likely to be meant, if it has more than half of its characters in
   * common.
   */
  private Optional<String> nearest(String other) {
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(name, other)))
        .filter(name -> distance(name, other) <= Math.min(MISSPELT, (name.length() - 1) / 2));
  }

  private static int distance(String name, String other) {
    return changes(name.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
  }

  /** Returns the Levenshtein distance: how many characters must be inserted, deleted or changed. */
  private static int changes(String from, String to) {
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
