package dev.sluice.aggregator;

import java.time.Duration;

/**
 * The most results of a campaign in one statement. Like the window of a TCP connection (RFC 5681,
 * slow start and congestion avoidance) it doubles with each full batch that is written, so that a
 * backlog needs few statements. It does not grow beyond what takes seconds, because campaigns that
 * were slow once wait for the places of those that always are. After a failure it starts over with
 * little, because a small statement ends sooner and touches fewer locked rows, and grows slowly
 * beyond half of what failed.
 */
final class BatchLimit {
  /** The most at all, so that a statement ends in time even with a backlog. */
  static final int LARGEST = 5_000;

  /** Batches that take longer are written in smaller parts. */
  static final Duration LONGEST = Duration.ofSeconds(5);

  /** A batch of one row would never be compared with a larger one. */
  private static final int FEWEST = 2;

  /** Whether larger batches take longer. If they do not, smaller ones only write less. */
  private enum Size {
    UNKNOWN,
    COUNTS,
    INDIFFERENT
  }

  private final int first;
  private final int largest;
  private int most;
  private int threshold;
  private Size size = Size.UNKNOWN;
  private int lastResults;
  private long lastTookNanos = 1;

  /**
   * Creates the limit.
   *
   * @param first the size of the first batch
   */
  BatchLimit(int first) {
    this.first = first;
    largest = Math.max(first, LARGEST);
    most = first;
    threshold = largest;
  }

  int most() {
    return most;
  }

  /** Records that so many results were written at once, and how long that took. */
  void written(int results, Duration took) {
    compare(results, Math.max(1, took.toNanos()));
    if (took.compareTo(LONGEST) > 0 && size != Size.INDIFFERENT) {
      most = Math.min(most, Math.max(FEWEST, results / 2));
    } else if (results >= most
        && (took.multipliedBy(2).compareTo(LONGEST) <= 0 || size != Size.COUNTS)) {
      int grown = most < threshold ? Math.min(threshold, 2 * most) : most + Math.min(first, most);
      most = Math.min(largest, grown);
    }
  }

  /** Learns from a batch that is clearly larger or smaller than the last one. */
  private void compare(int results, long tookNanos) {
    double larger = (double) results / lastResults;
    if (lastResults > 0 && (larger >= 1.5 || larger <= 1 / 1.5)) {
      double elasticity = Math.log((double) tookNanos / lastTookNanos) / Math.log(larger);
      size = elasticity > 0.5 ? Size.COUNTS : Size.INDIFFERENT;
    }
    lastResults = results;
    lastTookNanos = tookNanos;
  }

  /** Records that a batch of so many results could not be written. */
  void failed(int results) {
    threshold = Math.max(1, Math.min(most, results) / 2);
    most = Math.min(first, threshold);
    size = Size.UNKNOWN;
  }
}
