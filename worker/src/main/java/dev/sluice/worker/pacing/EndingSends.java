package dev.sluice.worker.pacing;

/**
 * How many sends will end while a transaction commits: as many in that time as ended in the time
 * since the last one was begun. None if the providers are silent.
 */
public final class EndingSends {
  private final MeanLately transactions = new MeanLately();
  private int ended;
  private long sinceNanos;

  /** Records how long a transaction took. */
  public void measured(long transactionNanos) {
    transactions.measured(transactionNanos);
  }

  /** Records that a send has ended. */
  public void ended() {
    ended++;
  }

  /** Returns how many will end while a transaction that begins now commits. */
  public int meanwhile(long nowNanos) {
    double elapsed = Math.max(1, nowNanos - sinceNanos);
    double share = Math.min(1, transactions.nanos() / elapsed);
    int expected = (int) (ended * share);
    ended = 0;
    sinceNanos = nowNanos;
    return expected;
  }
}
