package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One campaign of a task: its waiting results, its flush, and its progress line. At most one flush
 * runs at a time; results are collected meanwhile.
 */
final class Campaign {
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);
  private static final Duration ASK_AGAIN_AFTER = Duration.ofMinutes(1);

  private static final String TOO_SLOW = "its results come faster than its rows can be written";

  /** At high rates a batch holds what has come since: fewer statements for as many rows. */
  private static final Duration BETWEEN_BATCHES = Duration.ofMillis(100);

  private final UUID id;
  private final StatusAggregatorConfig config;
  private final Room.Part room;
  private final PendingBatch batch = new PendingBatch();
  private final Refusals refusals = new Refusals();
  private final BatchLimit limit;
  private final Lag lag;
  private @Nullable Progress line;
  private boolean flushing;
  private int tried;
  private long flushBegunMillis;
  private long writeBegunMillis;
  private long lastSeenMillis;
  private long pauseAskedMillis = Long.MIN_VALUE;

  Campaign(UUID id, StatusAggregatorConfig config, Room room) {
    this.id = id;
    this.config = config;
    this.room = room.part();
    this.limit = new BatchLimit(config.flushSize());
    this.lag = new Lag(config.flushInterval());
  }

  UUID id() {
    return id;
  }

  PendingBatch batch() {
    return batch;
  }

  /** Adds a result; see {@link PendingBatch#add}. */
  @Nullable SendResult add(SendResult result, long nowMillis) {
    lastSeenMillis = nowMillis;
    SendResult merged = batch.add(result, nowMillis);
    weigh();
    return merged;
  }

  private void weigh() {
    room.set(batch.weight(), stuckBecause() != null);
  }

  /**
   * Returns why none of its results could be written for a while, or too few; null if it is not
   * stuck.
   */
  @Nullable String stuckBecause() {
    String refused = refusals.stuckBecause();
    return refused == null && lag.behind() ? TOO_SLOW : refused;
  }

  /**
   * Checks whether its results are written more slowly than they come.
   *
   * @param away whether the database is unavailable
   * @param rowTimes how fast others' results are written in time
   */
  void checkLag(boolean away, RowTimes rowTimes, long nowMillis) {
    boolean excused = away || refusals.stuckBecause() != null || refusals.heldUntil() != null;
    lag.check(batch.ageMillis(nowMillis), excused, rowTimes, nowMillis);
    weigh();
  }

  /** Returns whether its oldest result has not waited for too long. */
  boolean inTime(long nowMillis) {
    return lag.inTime(batch.ageMillis(nowMillis));
  }

  /**
   * Returns until when its refused results are held at least; null if they are not held longer than
   * usual.
   */
  @Nullable Instant heldUntil() {
    return refusals.heldUntil();
  }

  /** Returns whether it is stuck and uses more than its share of the room for stuck campaigns. */
  boolean crowds() {
    return room.crowds();
  }

  /** Returns whether it is stuck and there is no room for this result. */
  boolean hasNoRoomFor(SendResult result) {
    return room.closed() && batch.growth(result) > 0;
  }

  /** Gives up the newest results for which there is no room, if it is stuck, and returns them. */
  List<SendResult> shed(long nowMillis) {
    List<SendResult> shed = new ArrayList<>();
    while (!batch.isEmpty() && room.mustShed()) {
      SendResult newest = batch.newest();
      batch.remove(newest, nowMillis);
      weigh();
      shed.add(newest);
    }
    return shed;
  }

  /** Releases its room when none of its results are pending here any more. */
  void leave() {
    room.set(0, false);
  }

  /** Logs its progress, if there is any. */
  void report(long nowMillis) {
    if (line != null && !batch.isEmpty()) {
      line.report(batch, nowMillis);
    }
  }

  /** Returns what to flush now; null if nothing is due or it has to wait. */
  @Nullable Flush due(long nowMillis) {
    if (flushing || batch.isEmpty() || refusals.mustWait(nowMillis)) {
      return null;
    }
    boolean suspect = refusals.any() || lag.behind();
    if (batch.settlesTheLast()
        || (batch.size() >= config.flushSize()
            && nowMillis - writeBegunMillis >= BETWEEN_BATCHES.toMillis())
        || batch.ageMillis(nowMillis) >= config.flushInterval().toMillis()) {
      return new Flush(id, batch.oldest(limit.most()), suspect);
    }
    // The campaign's row is needed to recognise the last outcome.
    return batch.counts() == null ? new Flush(id, List.of(), suspect) : null;
  }

  void flushing(Flush flush, long nowMillis) {
    flushBegunMillis = nowMillis;
    if (!flush.results().isEmpty()) {
      writeBegunMillis = nowMillis;
    }
    tried = flush.results().size();
    flushing = true;
  }

  /**
   * Returns when its last flush began. Rows changed by that flush could be changed at that time.
   */
  long flushBegunMillis() {
    return flushBegunMillis;
  }

  /**
   * Records that a flush has ended.
   *
   * @param changedMillis when rows of any campaign were last changed
   * @return the written results that need not be stored any more
   */
  List<SendResult> flushed(Flush.Outcome outcome, long nowMillis, long changedMillis) {
    flushing = false;
    lag.wrote(outcome.written().size() + outcome.refused().size(), outcome.took());
    refusals.take(outcome, nowMillis, changedMillis);
    Flush.Trouble trouble = outcome.trouble();
    if (tried > 0 && trouble == null) {
      limit.written(tried, outcome.took());
    } else if (tried > 0 && trouble != null && trouble.fault() != Fault.AWAY) {
      limit.failed(tried);
    }
    outcome.refused().forEach(refused -> batch.remove(refused.result(), nowMillis));
    List<SendResult> done = new ArrayList<>(outcome.written());
    done.removeIf(result -> !batch.remove(result, nowMillis));
    weigh();
    if (outcome.counts() != null) {
      loadCounts(outcome.counts(), nowMillis);
    }
    return done;
  }

  /**
   * Returns what is wrong after a flush: it failed, or it wrote too little; null if nothing is, or
   * nothing is left, as no later flush would tell that all is well.
   */
  Flush.@Nullable Trouble trouble(Flush.Outcome outcome) {
    Flush.Trouble trouble = outcome.trouble();
    boolean tooSlow = trouble == null && lag.behind() && !batch.isEmpty();
    return tooSlow ? new Flush.Trouble(Fault.BUSY, TOO_SLOW) : trouble;
  }

  /** Returns whether the flush changed rows of the campaign, according to the counters. */
  boolean changedBy(Flush.Outcome outcome) {
    CampaignCounts before = batch.counts();
    CampaignCounts after = outcome.counts();
    return !outcome.written().isEmpty()
        && before != null
        && after != null
        && !before.counts().equals(after.counts());
  }

  private void loadCounts(CampaignCounts counts, long nowMillis) {
    CampaignCounts before = batch.counts();
    batch.loadCounts(counts);
    if (line == null) {
      line = new Progress(id, batch.processed(), nowMillis);
    }
    boolean completed = counts.status() == CampaignStatus.COMPLETED;
    if (completed && before != null && before.status() != CampaignStatus.COMPLETED) {
      line.completed(counts);
    }
  }

  /** Returns whether a pause may be requested now, and records it; not after every failure. */
  boolean mayAskForPause(long nowMillis) {
    if (nowMillis - ASK_AGAIN_AFTER.toMillis() < pauseAskedMillis) {
      return false;
    }
    pauseAskedMillis = nowMillis;
    return true;
  }

  /** Returns whether it has had no results for a while. */
  boolean forgettable(long nowMillis) {
    return !flushing && batch.isEmpty() && nowMillis - lastSeenMillis > FORGET_AFTER.toMillis();
  }
}
