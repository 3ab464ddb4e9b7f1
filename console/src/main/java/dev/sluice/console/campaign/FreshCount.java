package dev.sluice.console.campaign;

import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many results one campaign has, and how fast they arrive, counted before its row shows them;
 * the row is written every ten seconds or hundred results.
 */
final class FreshCount {
  /**
   * The rate is measured over this time, up to a moment ago: the newest results may be under way.
   */
  private static final Duration OVER = Duration.ofSeconds(10);

  private static final Duration UNDER_WAY = Duration.ofMillis(500);
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** After a silence this long the rate is measured from its end. */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private static final int SLICE_MILLIS = 100;
  private static final int SLICES = 256;

  private static final List<RecipientStatus> NOT_SENT =
      List.of(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED, RecipientStatus.SUPPRESSED);

  private final Instant since;
  private final Map<RecipientStatus, Long> outcomes = new EnumMap<>(RecipientStatus.class);
  private final int[] sent = new int[SLICES];
  private final long[] slices = new long[SLICES];
  private final SentOverTime overTime = new SentOverTime();
  private int round = 1;
  private Instant first = Instant.EPOCH;
  private Instant last = Instant.EPOCH;

  /**
   * Starts counting.
   *
   * @param since the time from which all results are counted
   */
  FreshCount(Instant since) {
    this.since = since;
  }

  synchronized void add(SendResult result) {
    boolean receipt = result.attempts() == 0 && result.providerMessageId() != null;
    if (receipt || result.round() < round) {
      return;
    }
    if (result.round() > round) {
      round = result.round();
      outcomes.clear();
    }
    outcomes.merge(result.status(), 1L, Long::sum);
    if (result.attempts() > 0) {
      addToPace(result.at());
      overTime.add(result.at());
    }
  }

  private void addToPace(Instant at) {
    if (at.isAfter(last.plus(SILENCE))) {
      first = at;
    }
    last = at.isAfter(last) ? at : last;
    long slice = at.toEpochMilli() / SLICE_MILLIS;
    int place = Math.floorMod(slice, SLICES);
    if (slices[place] < slice) {
      slices[place] = slice;
      sent[place] = 0;
    }
    if (slices[place] == slice) {
      sent[place]++;
    }
  }

  /**
   * Returns the messages sent a second over the last ten seconds; null until there is a second to
   * measure.
   */
  synchronized @Nullable Double perSecond(Instant now) {
    Instant until = now.minus(UNDER_WAY);
    Instant from = until.minus(OVER);
    if (from.isBefore(first)) {
      from = first;
    }
    Duration span = Duration.between(from, until);
    if (span.compareTo(SHORTEST) < 0) {
      return null;
    }
    long begin = from.toEpochMilli() / SLICE_MILLIS;
    long end = until.toEpochMilli() / SLICE_MILLIS;
    long count = 0;
    for (int place = 0; place < SLICES; place++) {
      if (slices[place] >= begin && slices[place] < end) {
        count += sent[place];
      }
    }
    // To a tenth, so that a steady rate is no change.
    return Math.round(count * 10_000.0 / span.toMillis()) / 10.0;
  }

  /** Returns the messages sent since the counting started. */
  synchronized SentOverTime.Steps overTime() {
    return overTime.steps();
  }

  /**
   * Returns the results that the row does not count yet, by status; null if that is not known, or
   * if there are none.
   */
  synchronized @Nullable Map<String, Long> unwritten(
      int rowsRound, @Nullable Instant startedAt, long total, Map<String, Long> counts) {
    if (rowsRound != 1 || round != 1 || startedAt == null || startedAt.isBefore(since)) {
      return null;
    }
    long written = sum(counts);
    long left = Math.min(total, sum(outcomes)) - written;
    if (left <= 0) {
      return null;
    }
    Map<String, Long> unwritten = new LinkedHashMap<>();
    for (RecipientStatus status : NOT_SENT) {
      String name = status.name().toLowerCase(Locale.ROOT);
      long more = outcomes.getOrDefault(status, 0L) - counts.getOrDefault(name, 0L);
      long part = Math.clamp(more, 0, left);
      left -= part;
      unwritten.put(name, part);
    }
    unwritten.put("sent", left);
    return unwritten;
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
