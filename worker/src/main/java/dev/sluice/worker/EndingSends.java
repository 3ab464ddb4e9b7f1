package dev.sluice.worker;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.pacing.MeanLately;
import java.util.HashMap;
import java.util.Map;

/**
 * How many slots senders will hold once the transaction that declares the next sends has committed:
 * as many sends end meanwhile as ended in such a time before. None of a sender whose provider is
 * silent, and no more than a quarter of those that it has in flight.
 */
final class EndingSends {
  private static final int MOST = 4;

  private final MeanLately transactions = new MeanLately();
  private final Map<Sender, Integer> ended = new HashMap<>();
  private long sinceNanos;

  /** Records how long a transaction took. */
  void measured(long transactionNanos) {
    transactions.measured(transactionNanos);
  }

  /** Records that a send of the sender has ended. */
  void ended(Sender sender) {
    ended.merge(sender, 1, Integer::sum);
  }

  /**
   * Returns how many slots each sender will hold.
   *
   * @param held how many it holds now
   */
  Map<Sender, Integer> held(Map<Sender, Integer> held, long nowNanos) {
    double elapsed = Math.max(1, nowNanos - sinceNanos);
    double share = Math.min(1, transactions.nanos() / elapsed);
    Map<Sender, Integer> then =
        held.entrySet().stream()
            .collect(
                toUnmodifiableMap(
                    Map.Entry::getKey,
                    one -> one.getValue() - ending(one.getKey(), one.getValue(), share)));
    ended.clear();
    sinceNanos = nowNanos;
    return then;
  }

  private int ending(Sender sender, int held, double share) {
    return Math.min(held / MOST, (int) (ended.getOrDefault(sender, 0) * share));
  }
}
