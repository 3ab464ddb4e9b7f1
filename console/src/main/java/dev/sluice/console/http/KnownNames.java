package dev.sluice.console.http;

import dev.sluice.schema.Clipped;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** The fields that a body may have, of which others are likely to be misspellings. */
record KnownNames(List<String> names) {
  /** Characters of an unknown name that are looked at and repeated. */
  private static final int LONGEST = 100;

  /** Characters by which a misspelt name differs from the one that is meant. */
  private static final int MISSPELT = 3;

  /** Those among which a name was not found. */
  static KnownNames of(UnrecognizedPropertyException e) {
    Collection<Object> known = e.getKnownPropertyIds();
    return new KnownNames(known == null ? List.of() : known.stream().map(String::valueOf).toList());
  }

  /** The problem of a name that is not among them. */
  ProblemException unknown(String name) {
    String other = Clipped.to(LONGEST, name);
    String hint = nearest(other).map(" (did you mean \"%s\"?)"::formatted).orElse("");
    return ProblemException.field(other, "is not known" + hint);
  }

  /** The name that is likely to be meant, if one has more than half of its characters in common. */
  private Optional<String> nearest(String other) {
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(name, other)))
        .filter(name -> distance(name, other) <= Math.min(MISSPELT, (name.length() - 1) / 2));
  }

  private static int distance(String name, String other) {
    return changes(name.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
  }

  /** Levenshtein's: how many characters must be put in, taken away or changed. */
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
