package dev.sluice.aggregator;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One campaign of a task: its results that wait, the flush under way, and its progress line. At
 * most one flush is under way; results go on being collected meanwhile.
 */
final class Campaign {
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);
  private static final Duration ASK_AGAIN_AFTER = Duration.ofMinutes(1);

  /** The most results in one statement, so that it ends in time after a backlog. */
  private static final int LARGEST_FLUSH = 5_000;

  private final UUID id;
  private final Room.Part room;
  private final PendingBatch batch = new PendingBatch();
  private final Refusals refusals = new Refusals();
  private @Nullable Progress line;
  private boolean flushing;
  private long flushBegunMillis;
  private long lastSeenMillis;
  private long pauseAskedMillis = Long.MIN_VALUE;

  Campaign(UUID id, Room room) {
    this.id = id;
    this.room = room.part();
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

  /** Why nothing of it could be written for a while, or null if that is not so. */
  @Nullable String stuckBecause() {
    return refusals.stuckBecause();
  }

  /** Until when its results are held at least although they are refused; null if not for longer. */
  @Nullable Instant heldUntil() {
    return refusals.heldUntil();
  }

  /** Whether it is stuck and uses more than its share of the room for stuck campaigns. */
  boolean crowds() {
    return room.crowds();
  }

  /** Whether it is stuck, and this result would need room that there is not. */
  boolean hasNoRoomFor(SendResult result) {
    return room.closed() && batch.growth(result) > 0;
  }

  /** Gives up the newest results for which there is no room, because it is stuck. */
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

  /** Gives up its room: nothing of it is pending any more. */
  void leave() {
    room.set(0, false);
  }

  /** Logs its progress, if there is any. */
  void report(long nowMillis) {
    if (line != null && !batch.isEmpty()) {
      line.report(batch, nowMillis);
    }
  }

  /** What to flush now, or null if that has time, or has to wait. */
  @Nullable Flush due(StatusAggregatorConfig config, long nowMillis) {
    if (flushing || batch.isEmpty() || refusals.mustWait(nowMillis)) {
      return null;
    }
    if (batch.full(config.flushSize())
        || batch.ageMillis(nowMillis) >= config.flushInterval().toMillis()) {
      // After a failure a little at a time: it ends sooner, and touches fewer rows that are locked.
      int most = refusals.any() ? config.flushSize() : Math.max(LARGEST_FLUSH, config.flushSize());
      return new Flush(id, batch.oldest(most), refusals.any());
    }
    // The last outcome can only be recognised with the campaign's row.
    return batch.counts() == null ? new Flush(id, List.of(), refusals.any()) : null;
  }

  void flushing(long nowMillis) {
    flushBegunMillis = nowMillis;
    flushing = true;
  }

  /** When its last flush began: what that has changed could be changed then. */
  long flushBegunMillis() {
    return flushBegunMillis;
  }

  /**
   * A flush has ended.
   *
   * @param changedMillis when rows of any campaign have changed last
   * @return the written results that need not be stored any more
   */
  List<SendResult> flushed(Flush.Outcome outcome, long nowMillis, long changedMillis) {
    flushing = false;
    refusals.take(outcome, nowMillis, changedMillis);
    outcome.refused().forEach(refused -> batch.remove(refused.result(), nowMillis));
    List<SendResult> done = new ArrayList<>(outcome.written());
    done.removeIf(result -> !batch.remove(result, nowMillis));
    weigh();
    if (outcome.counts() != null) {
      know(outcome.counts(), nowMillis);
    }
    return done;
  }

  /** Whether rows of it have changed, as far as the counters tell. */
  boolean changedBy(Flush.Outcome outcome) {
    CampaignCounts before = batch.counts();
    CampaignCounts after = outcome.counts();
    return !outcome.written().isEmpty()
        && before != null
        && after != null
        && !before.counts().equals(after.counts());
  }

  private void know(CampaignCounts counts, long nowMillis) {
    CampaignCounts before = batch.counts();
    batch.know(counts);
    if (line == null) {
      line = new Progress(id, batch.processed(), nowMillis);
    }
    boolean completed = counts.status() == CampaignStatus.COMPLETED;
    if (completed && before != null && before.status() != CampaignStatus.COMPLETED) {
      line.completed(counts);
    }
  }

  /** Whether a pause may be asked for now: not with every failure. */
  boolean mayAskForPause(long nowMillis) {
    if (nowMillis - ASK_AGAIN_AFTER.toMillis() < pauseAskedMillis) {
      return false;
    }
    pauseAskedMillis = nowMillis;
    return true;
  }

  /** Whether it had no results for a while. */
  boolean forgettable(long nowMillis) {
    return !flushing && batch.isEmpty() && nowMillis - lastSeenMillis > FORGET_AFTER.toMillis();
  }
}
