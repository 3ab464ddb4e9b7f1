package dev.sluice.aggregator.rows;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A campaign's row as of the last statement.
 *
 * @param total recipients
 * @param counts recipients by status, without pending ones
 */
public record CampaignCounts(
    CampaignStatus status,
    int round,
    long total,
    Map<RecipientStatus, Long> counts,
    @Nullable Instant startedAt,
    @Nullable Instant completedAt) {

  public CampaignCounts {
    counts = Map.copyOf(counts);
  }

  public long count(RecipientStatus recipientStatus) {
    return counts.getOrDefault(recipientStatus, 0L);
  }

  public long settled() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  public long pending() {
    return total - settled();
  }

  public static Map<RecipientStatus, Long> counts(
      long sent, long delivered, long read, long failed, long unconfirmed, long suppressed) {
    Map<RecipientStatus, Long> counts = new EnumMap<>(RecipientStatus.class);
    counts.put(RecipientStatus.SENT, sent);
    counts.put(RecipientStatus.DELIVERED, delivered);
    counts.put(RecipientStatus.READ, read);
    counts.put(RecipientStatus.FAILED, failed);
    counts.put(RecipientStatus.UNCONFIRMED, unconfirmed);
    counts.put(RecipientStatus.SUPPRESSED, suppressed);
    return counts;
  }
}
