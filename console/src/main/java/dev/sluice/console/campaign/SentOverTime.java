package dev.sluice.console.campaign;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many messages a campaign sent in each step of its time. The steps are a second long at first,
 * and twice as long whenever there would be too many of them, so a campaign of days takes as little
 * room as one of minutes.
 */
final class SentOverTime {
  static final int STEPS = 240;

  private final int[] sent = new int[STEPS];
  private @Nullable Instant from;
  private long stepSeconds = 1;
  private int last;

  /**
   * The messages of each step up to the last one with any.
   *
   * @param from when the first step began; null if nothing was sent
   * @param stepSeconds how long a step is
   */
  record Steps(@Nullable Instant from, long stepSeconds, List<Integer> sent) {
    static final Steps NONE = new Steps(null, 1, List.of());
  }

  void add(Instant at) {
    if (from == null) {
      from = Instant.ofEpochSecond(at.getEpochSecond());
    }
    // Results of several workers come a little out of order.
    long second = Math.max(0, at.getEpochSecond() - from.getEpochSecond());
    while (second / stepSeconds >= STEPS) {
      doubleSteps();
    }
    int step = (int) (second / stepSeconds);
    sent[step]++;
    last = Math.max(last, step);
  }

  private void doubleSteps() {
    for (int step = 0; step < STEPS / 2; step++) {
      sent[step] = sent[2 * step] + sent[2 * step + 1];
    }
    Arrays.fill(sent, STEPS / 2, STEPS, 0);
    last /= 2;
    stepSeconds *= 2;
  }

  Steps steps() {
    return from == null
        ? Steps.NONE
        : new Steps(from, stepSeconds, Arrays.stream(sent, 0, last + 1).boxed().toList());
  }
}
