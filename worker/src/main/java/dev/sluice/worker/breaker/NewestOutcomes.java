package dev.sluice.worker.breaker;

import java.util.ArrayDeque;
import java.util.Deque;

/** The newest outcomes of a sender's sends, and how many of them are in doubt. */
final class NewestOutcomes {
  /**
   * The number of newest outcomes considered; under a second's at 80/s. Where one in five is in
   * doubt by chance, half of them are in about two cases of a million.
   */
  static final int MOST = 50;

  /** The number of them in doubt that is too many. */
  static final int MOST_IN_DOUBT = MOST / 2;

  private record Outcome(boolean inDoubt, long atNanos) {}

  private final Deque<Outcome> newest = new ArrayDeque<>();
  private int inDoubt;

  void add(boolean isInDoubt, long nowNanos) {
    newest.add(new Outcome(isInDoubt, nowNanos));
    inDoubt += isInDoubt ? 1 : 0;
    if (newest.size() > MOST && newest.remove().inDoubt()) {
      inDoubt--;
    }
  }

  boolean areMostlyInDoubt() {
    return inDoubt >= MOST_IN_DOUBT;
  }

  int size() {
    return newest.size();
  }

  int inDoubt() {
    return inDoubt;
  }

  /** Returns when the first of those in doubt became so, ns. */
  long inDoubtSinceNanos() {
    return newest.stream().filter(Outcome::inDoubt).findFirst().orElseThrow().atNanos();
  }
}
