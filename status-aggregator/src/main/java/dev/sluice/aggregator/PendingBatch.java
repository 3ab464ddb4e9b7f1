package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.schema.OptOut;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StatusTimes;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One campaign's results that wait to be written. For each recipient it holds the highest status of
 * the newest round, so that several events of one recipient become one row of the statement.
 */
final class PendingBatch {
  /** By recipient; those that have waited longest come first. */
  private final SequencedMap<Long, Waiting> results = new LinkedHashMap<>();

  /** Recipients whose first outcome is in the batch, not merely a later receipt. */
  private final Set<Long> settling = new HashSet<>();

  private @Nullable CampaignCounts counts;

  /** Counts of the row as last read; each result asks for them. */
  private long settled;

  private long pending;
  private int weight;

  /**
   * The most bytes that a character of a long text takes, in any script, here and in the store
   * together.
   */
  private static final int BYTES_A_CHARACTER = 5;

  private static final int USUAL_BYTES = 1024;

  private record Waiting(SendResult result, long sinceMillis) {
    int weight() {
      return PendingBatch.weight(result);
    }
  }

  /** Returns a result's memory, in results of the usual size. */
  private static int weight(SendResult result) {
    return 1
        + BYTES_A_CHARACTER
            * (length(result.errorDetail())
                + length(result.errorCode())
                + length(result.optOutCode())
                + length(result.providerMessageId()))
            / USUAL_BYTES;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /**
   * Adds a result.
   *
   * @return what now waits for this recipient, or null if the result adds nothing
   */
  @Nullable SendResult add(SendResult result, long nowMillis) {
    if (settles(result)) {
      settling.add(result.recipientId());
    }
    Waiting before = results.get(result.recipientId());
    if (before == null) {
      put(new Waiting(result, nowMillis));
      return result;
    }
    SendResult merged = merge(before.result(), result);
    if (merged.equals(before.result())) {
      return null;
    }
    put(new Waiting(merged, before.sinceMillis()));
    return merged;
  }

  /** Returns by how much this result would increase the weight. */
  int growth(SendResult result) {
    Waiting before = results.get(result.recipientId());
    return before == null
        ? weight(result)
        : weight(merge(before.result(), result)) - before.weight();
  }

  private void put(Waiting waiting) {
    Waiting before = results.put(waiting.result().recipientId(), waiting);
    weight += waiting.weight() - (before == null ? 0 : before.weight());
  }

  /**
   * Returns whether a result may be the outcome of sending. A receipt, which has a message id and
   * no attempts, is not: the outcome comes separately.
   */
  private static boolean settles(SendResult result) {
    boolean receipt = result.attempts() == 0 && result.providerMessageId() != null;
    return !receipt && !RecipientStatus.FAILED.risesTo(result.status());
  }

  /**
   * Merges two results of a recipient, in any order. An opt-out is kept with its own code and time,
   * whatever else is known, and so are the recipient's names, and the times of all statuses of the
   * round.
   */
  static SendResult merge(SendResult one, SendResult other) {
    boolean sameRound = one.round() == other.round();
    boolean otherCounts =
        sameRound ? one.status().risesTo(other.status()) : other.round() > one.round();
    SendResult kept = otherCounts ? other : one;
    SendResult left = otherCounts ? one : other;
    OptOut wish = OptOut.both(kept.wish(), left.wish());
    boolean id = sameRound && kept.providerMessageId() == null;
    return SendResult.of(
            kept.recipientId(), kept.campaignId(), kept.round(), kept.status(), kept.at())
        .messageId(id ? left.providerMessageId() : kept.providerMessageId())
        .error(kept.errorCode(), kept.errorDetail())
        .attempts(sameRound ? Math.max(kept.attempts(), left.attempts()) : kept.attempts())
        .wish(wish)
        .aliases(names(kept.aliases(), left.aliases()))
        .times(sameRound ? StatusTimes.both(kept.reached(), left.reached()) : kept.times())
        .build();
  }

  private static @Nullable List<String> names(
      @Nullable List<String> kept, @Nullable List<String> left) {
    if (kept == null || left == null) {
      return kept == null ? left : kept;
    }
    return Stream.concat(kept.stream(), left.stream()).toList();
  }

  boolean isEmpty() {
    return results.isEmpty();
  }

  int size() {
    return results.size();
  }

  /** Returns what waits for this recipient, or null if nothing does. */
  @Nullable SendResult waiting(long recipientId) {
    Waiting waiting = results.get(recipientId);
    return waiting == null ? null : waiting.result();
  }

  /** Returns the memory of all results, in results of the usual size. */
  int weight() {
    return weight;
  }

  /** Returns the results that have waited longest, up to the given number. */
  List<SendResult> oldest(int most) {
    return results.values().stream().limit(most).map(Waiting::result).toList();
  }

  /** Returns the result that has waited the shortest; there must be one. */
  SendResult newest() {
    return results.lastEntry().getValue().result();
  }

  /** Returns whether writing it now leaves no recipient without an outcome. */
  boolean settlesTheLast() {
    return pending > 0 && settling.size() >= pending;
  }

  /** Returns how long the oldest result has waited, ms. */
  long ageMillis(long nowMillis) {
    return results.isEmpty() ? 0 : nowMillis - results.values().iterator().next().sinceMillis();
  }

  /** Returns the campaign's row as last read, or null if it was not read yet. */
  @Nullable CampaignCounts counts() {
    return counts;
  }

  void loadCounts(CampaignCounts newCounts) {
    counts = newCounts;
    settled = newCounts.settled();
    pending = newCounts.pending();
  }

  /**
   * Removes a result that was written or given up. A newer result of the same recipient stays, and
   * its wait starts over.
   *
   * @return whether nothing of this recipient is left
   */
  boolean remove(SendResult done, long nowMillis) {
    settling.remove(done.recipientId());
    Waiting waiting = results.remove(done.recipientId());
    if (waiting == null) {
      return true;
    }
    weight -= waiting.weight();
    if (waiting.result().equals(done)) {
      return true;
    }
    put(new Waiting(waiting.result(), nowMillis));
    return false;
  }

  /** Returns the number of recipients with this status, written or waiting to be. */
  long count(RecipientStatus status) {
    if (counts == null) {
      return settling(status);
    }
    // Once every recipient has an outcome, further ones do not add to the count.
    return counts.count(status) + (pending == 0 ? 0 : settling(status));
  }

  private long settling(RecipientStatus status) {
    return results.entrySet().stream()
        .filter(entry -> settling.contains(entry.getKey()))
        .filter(entry -> entry.getValue().result().status() == status)
        .count();
  }

  /** Returns the number of recipients with an outcome, written or waiting to be. */
  long processed() {
    return counts == null ? settling.size() : Math.min(counts.total(), settled + settling.size());
  }
}
