package dev.sluice.aggregator;

/**
 * The most results of a campaign in one statement. Like the window of a TCP connection (RFC 5681,
 * slow start and congestion avoidance) it doubles with each full batch that is written, so that a
 * backlog needs few statements. After a failure it starts over with little, because a small
 * statement ends sooner and touches fewer locked rows, and grows slowly beyond half of what failed:
 * rows that take milliseconds each are written in batches that just fit a statement's time.
 */
final class BatchLimit {
  /** The most at all, so that a statement ends in time even with a backlog. */
  static final int LARGEST = 5_000;

  private final int first;
  private final int largest;
  private int most;
  private int threshold;

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

  /** Records that so many results were written at once. */
  void written(int results) {
    if (results >= most) {
      int grown = most < threshold ? Math.min(threshold, 2 * most) : most + Math.min(first, most);
      most = Math.min(largest, grown);
    }
  }

  /** Records that a batch of so many results could not be written. */
  void failed(int results) {
    threshold = Math.max(1, Math.min(most, results) / 2);
    most = Math.min(first, threshold);
  }
}
