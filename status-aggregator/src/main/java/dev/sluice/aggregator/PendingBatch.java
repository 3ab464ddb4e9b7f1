package dev.sluice.aggregator;

import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The results of one campaign that wait to be written: for each recipient the highest status of the
 * newest round, so several events of one recipient are one row of the statement.
 */
final class PendingBatch {
  private final Map<Long, SendResult> results = new LinkedHashMap<>();

  /** Recipients of which a first outcome is among them, not only a later receipt. */
  private final Set<Long> settling = new HashSet<>();

  private long oldestMillis;
  private @Nullable CampaignCounts counts;

  /**
   * Takes a result in.
   *
   * @return what now waits for this recipient, or null if the result adds nothing
   */
  @Nullable SendResult add(SendResult result, long nowMillis) {
    if (results.isEmpty()) {
      oldestMillis = nowMillis;
    }
    if (!RecipientStatus.FAILED.risesTo(result.status())) {
      settling.add(result.recipientId());
    }
    SendResult before = results.get(result.recipientId());
    SendResult merged = before == null ? result : merge(before, result);
    if (merged.equals(before)) {
      return null;
    }
    results.put(result.recipientId(), merged);
    return merged;
  }

  /** The one that counts of two results of a recipient, whichever came first. */
  static SendResult merge(SendResult one, SendResult other) {
    if (one.round() != other.round()) {
      return one.round() > other.round() ? one : other;
    }
    boolean rises = one.status().risesTo(other.status());
    SendResult higher = rises ? other : one;
    SendResult lower = rises ? one : other;
    return new SendResult(
        higher.recipientId(),
        higher.campaignId(),
        higher.round(),
        higher.status(),
        higher.providerMessageId() == null ? lower.providerMessageId() : higher.providerMessageId(),
        higher.errorCode(),
        higher.errorDetail(),
        Math.max(higher.attempts(), lower.attempts()),
        higher.at(),
        higher.optOut() == null ? lower.optOut() : higher.optOut());
  }

  boolean isEmpty() {
    return results.isEmpty();
  }

  int size() {
    return results.size();
  }

  Collection<SendResult> results() {
    return List.copyOf(results.values());
  }

  /** Whether to write it now, apart from its age. */
  boolean full(int flushSize) {
    return size() >= flushSize || settlesTheLast();
  }

  private boolean settlesTheLast() {
    return counts != null && counts.pending() > 0 && settling.size() >= counts.pending();
  }

  long ageMillis(long nowMillis) {
    return results.isEmpty() ? 0 : nowMillis - oldestMillis;
  }

  /** The campaign's row as last read, or null if it was not read yet. */
  @Nullable CampaignCounts counts() {
    return counts;
  }

  void know(CampaignCounts newCounts) {
    counts = newCounts;
  }

  /** It was written. */
  void clear() {
    results.clear();
    settling.clear();
  }

  /** Recipients with this status, written or waiting to be. */
  long count(RecipientStatus status) {
    long written = counts == null ? 0 : counts.count(status);
    return written + settling.stream().map(results::get).filter(r -> r.status() == status).count();
  }

  /** Recipients that have an outcome, written or waiting to be. */
  long processed() {
    return (counts == null ? 0 : counts.settled()) + settling.size();
  }
}
