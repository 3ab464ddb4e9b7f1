package dev.sluice.console.recipient;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts of recipients that are a burden to make, because there are many or because it takes long,
 * kept for a few seconds for all readers.
 */
final class KeptCounts {
  /** Fewer recipients are counted whenever they are read. */
  private static final long MANY = 50_000;

  /** Counting that takes longer is a burden whatever it finds: while many are being added, few. */
  private static final Duration SLOW = Duration.ofMillis(250);

  private static final long KEPT_NANOS = Duration.ofSeconds(5).toNanos();

  /** Longer than any counting; meanwhile others are told the count before. */
  private static final long COUNTING_NANOS = Duration.ofSeconds(2).toNanos();

  /** How long nobody counts again what took too long. */
  private static final long GIVEN_UP_NANOS = Duration.ofSeconds(1).toNanos();

  private static final int MOST = 1_000;

  private final LongSupplier nanoTime;
  private long changes;

  private final Map<UUID, Kept> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Kept> eldest) {
          return size() > MOST;
        }
      };

  /**
   * A count that is told for a while.
   *
   * @param count null if it is not known: it is {@code limit} or more, or took too long
   */
  private record Kept(@Nullable Long count, long limit, long untilNanos) {
    boolean isTold(long tooMany, long nowNanos) {
      return nowNanos - untilNanos < 0 && (count != null || limit >= tooMany);
    }

    boolean isRecent(long nowNanos) {
      return nowNanos - untilNanos < KEPT_NANOS;
    }

    Kept until(long nanos) {
      return new Kept(count, limit, nanos);
    }
  }

  /**
   * The counts that one reader needs.
   *
   * @param told counts that are known
   * @param open campaigns that the reader has to count
   * @param changes how many changes of campaigns were known when it began
   */
  record Counting(Map<UUID, Long> told, List<UUID> open, long tooMany, long changes) {}

  KeptCounts(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  synchronized Counting begin(long tooMany, Collection<UUID> campaigns) {
    long now = nanoTime.getAsLong();
    Map<UUID, Long> told = new HashMap<>();
    List<UUID> open = new ArrayList<>();
    for (UUID id : campaigns) {
      Kept known = kept.get(id);
      if (known == null || !known.isTold(tooMany, now)) {
        open.add(id);
        if (known != null && known.isRecent(now)) {
          kept.put(id, known.until(now + COUNTING_NANOS));
        }
      } else if (known.count() != null && known.count() < tooMany) {
        told.put(id, known.count());
      }
    }
    return new Counting(told, open, tooMany, changes);
  }

  /** Keeps what was counted, unless recipients may have been added since the counting began. */
  synchronized void end(Counting counting, Map<UUID, Long> counted, Duration took) {
    if (counting.changes() != changes) {
      return;
    }
    long until = nanoTime.getAsLong() + KEPT_NANOS;
    for (UUID id : counting.open()) {
      Long count = counted.get(id);
      boolean burden = count == null || count >= MANY || took.compareTo(SLOW) > 0;
      if (burden) {
        kept.put(id, new Kept(count, counting.tooMany(), until));
      } else {
        kept.remove(id);
      }
    }
  }

  /**
   * Keeps that nothing could be counted in time. A count that others are told meanwhile is told on;
   * what tells this reader nothing, such as that there are too many for a list, is replaced.
   */
  synchronized void giveUp(Counting counting) {
    long now = nanoTime.getAsLong();
    Kept givenUp = new Kept(null, counting.tooMany(), now + GIVEN_UP_NANOS);
    for (UUID id : counting.open()) {
      kept.merge(
          id, givenUp, (known, _) -> known.isTold(counting.tooMany(), now) ? known : givenUp);
    }
  }

  /** Tells no count of this campaign any more that was made, or begun, before now. */
  synchronized void forget(UUID campaign) {
    kept.remove(campaign);
    changes++;
  }
}
