package dev.sluice.aggregator;

import dev.sluice.schema.Json;
import dev.sluice.schema.Masked;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.UnreadableEventException;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects results and flushes a campaign's batch when it is full, when its oldest result has
 * waited long enough, or at once when it holds the campaign's last outcomes. No statement runs on
 * the stream thread: flushes run elsewhere, and their outcomes are handled here.
 *
 * <p>A result is put into the changelogged store before its offset is committed and leaves the
 * store once PostgreSQL has it or its dead letter is committed. If the process dies in between, the
 * batch is written again, which changes nothing because a status only rises, or there is a second,
 * equal dead letter, whose replay changes nothing either.
 */
final class BatchProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(BatchProcessor.class);

  static final Duration FLUSH_DUE_EVERY = Duration.ofMillis(100);

  private static final int MOST_WAITS = 3;

  /** The longest that a result waits for room, because the thread has other tasks and must poll. */
  static final Duration LONGEST_WAIT = FLUSH_DUE_EVERY.multipliedBy(MOST_WAITS);

  private final StatusAggregatorConfig config;
  private final Flushes flushes;
  private final Troubles troubles;
  private final RowTimes rowTimes;
  private final Room room;
  private final MeterRegistry meters;
  private final BooleanSupplier stopping;
  private final TracedResults traced;
  private final Map<UUID, Campaign> campaigns = new HashMap<>();
  private final Map<String, byte[]> unreadable = new HashMap<>();
  private final Queue<Flush.Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private ProcessorContext<byte[], byte[]> context;
  private PendingResults pending;
  private GivenUp givenUp;
  private Output output;

  // Kafka Streams calls init before anything else.
  @SuppressWarnings("NullAway.Init")
  BatchProcessor(
      StatusAggregatorConfig config,
      Flushes flushes,
      Troubles troubles,
      RowTimes rowTimes,
      Room room,
      MeterRegistry meters,
      BooleanSupplier stopping) {
    this.config = config;
    this.flushes = flushes;
    this.troubles = troubles;
    this.rowTimes = rowTimes;
    this.room = room;
    this.meters = meters;
    this.stopping = stopping;
    this.traced = new TracedResults(config.traces());
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> newContext) {
    context = newContext;
    pending = new PendingResults(context.getStateStore(PendingResults.NAME));
    givenUp = context.getStateStore(GivenUp.NAME);
    output = new Output(context, config.kafka().topics(), meters);
    pending.forEach(left -> campaign(left.campaignId()).add(left, now()), unreadable::put);
    context.schedule(FLUSH_DUE_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> flushDue());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    SendResult result;
    try {
      result = Json.read(record.value(), SendResult.class);
      requireKey(record.key(), result.campaignId());
    } catch (UnreadableEventException e) {
      output.deadLetter(record, e.getMessage(), "unreadable");
      return;
    }
    // Before a result may take the place of one of them in the store.
    deadLetterUnreadable();
    takeIn();
    if (result.isForTest()) {
      log.info("a test {}", told(result));
      return;
    }
    traced.add(result, record);
    Campaign campaign = campaign(result.campaignId());
    if (campaign.hasNoRoomFor(result) && !troubles.away()) {
      // It never was in the store; its letter is safe before its offset is committed.
      output.deadLetter(record, noRoom(campaign), "room");
      pause(campaign);
    } else {
      collect(campaign, result, record.value());
    }
    awaitRoom();
  }

  private void collect(Campaign campaign, SendResult result, byte[] record) {
    SendResult merged = campaign.add(result, now());
    if (result.equals(merged)) {
      keep(result, record);
    } else if (merged != null) {
      keep(merged, null);
    }
    flushIfDue(campaign);
  }

  /**
   * Stores a waiting result, merged with what was given up while the letter of that is not safe.
   *
   * @param record the record that the result came in, or null if it has changed since
   */
  private void keep(SendResult waiting, byte @Nullable [] record) {
    String key = PendingResults.key(waiting);
    SendResult unsafe = givenUp.unsafe(key);
    if (unsafe != null) {
      pending.put(key, PendingBatch.merge(unsafe, waiting));
    } else if (record == null) {
      pending.put(key, waiting);
    } else {
      pending.put(key, waiting, record);
    }
  }

  private static String told(SendResult test) {
    return test.campaignId()
        + " is "
        + test.status()
        + (test.errorCode() == null
            ? ""
            : ": " + Masked.line(test.errorCode() + " " + test.errorDetail()));
  }

  private static void requireKey(byte @Nullable [] key, UUID campaignId) {
    if (key == null || !new String(key, StandardCharsets.UTF_8).equals(campaignId.toString())) {
      throw new UnreadableEventException("the key is not the campaign's id " + campaignId);
    }
  }

  private Campaign campaign(UUID id) {
    return campaigns.computeIfAbsent(id, unseen -> new Campaign(unseen, config, room));
  }

  private void flushDue() {
    deadLetterUnreadable();
    takeIn();
    forgetUnreadable();
    forgetGivenUp();
    for (UUID id : List.copyOf(campaigns.keySet())) {
      Campaign campaign = campaigns.get(id);
      if (campaign != null && campaign.forgettable(now())) {
        campaigns.remove(id);
        troubles.forget(id);
        rowTimes.forget(id);
      } else if (campaign != null) {
        campaign.checkLag(troubles.away(), rowTimes, now());
        flushIfDue(campaign);
        if (campaign.crowds() && !troubles.away()) {
          pause(campaign);
          shed(campaign);
        }
      }
    }
  }

  /** Gives up what is stored and cannot be read; init may not write anything yet. */
  private void deadLetterUnreadable() {
    unreadable.forEach((key, stored) -> {
      output.deadLetter(key, stored);
      givenUp.addUnreadable(key);
    });
    unreadable.clear();
  }

  /** Removes what cannot be read once its letter is safe, unless a result has taken its place. */
  private void forgetUnreadable() {
    givenUp.takeUnreadable().stream()
        .filter(key -> pending.get(key) == null)
        .forEach(pending::delete);
  }

  private void flushIfDue(Campaign campaign) {
    campaign.report(now());
    Flush flush = campaign.due(now());
    if (flush != null && troubles.mayTry(campaign.id(), now())) {
      campaign.flushing(flush, now());
      flushes.start(flush, outcomes::add);
      takeIn();
    }
  }

  /** Handles finished flushes, and flushes the results that have arrived in the meantime. */
  private void takeIn() {
    for (Flush.Outcome next = outcomes.poll(); next != null; next = outcomes.poll()) {
      Campaign campaign = campaigns.get(next.campaignId());
      if (campaign != null) {
        takeIn(campaign, next);
      }
    }
  }

  private void takeIn(Campaign campaign, Flush.Outcome outcome) {
    if (campaign.changedBy(outcome)) {
      troubles.changed(campaign.flushBegunMillis(), now());
      if (campaign.inTime(now())) {
        rowTimes.wrote(
            campaign.id(), outcome.written().size(), outcome.took(), campaign.flushBegunMillis());
      }
    }
    traced.written(outcome.written(), now());
    campaign.flushed(outcome, now(), troubles.changedMillis(now())).forEach(this::forget);
    outcome.refused().forEach(refused -> giveUp(refused.result(), refused.reason(), "database"));
    if (outcome.unknown()) {
      deadLetter(campaign);
    }
    Flush.Trouble trouble = campaign.trouble(outcome);
    if (trouble == null) {
      troubles.worked(campaign.id());
    } else {
      troubles.failed(campaign.id(), trouble, campaign.heldUntil(), now());
    }
    if (outcome.trouble() == null) {
      flushIfDue(campaign);
    }
  }

  /**
   * Removes from the store what was written or given up, except for what an unsafe letter still
   * needs.
   */
  private void forget(SendResult result) {
    String key = PendingResults.key(result);
    SendResult unsafe = givenUp.unsafe(key);
    if (unsafe == null) {
      pending.delete(key);
    } else {
      pending.put(key, unsafe);
    }
  }

  /** Pauses a stuck campaign, so that it does not take the room of all others. */
  private void pause(Campaign campaign) {
    if (campaign.mayAskForPause(now())) {
      output.pause(
          campaign.id(),
          campaign.batch().size() + " results cannot be written: " + campaign.stuckBecause());
    }
  }

  /**
   * Gives up results beyond the campaign's room: after a takeover, or when many campaigns got stuck
   * at once, there may be more than was admitted.
   */
  private void shed(Campaign campaign) {
    for (SendResult result : campaign.shed(now())) {
      giveUp(result, noRoom(campaign), "room");
    }
  }

  private void giveUp(SendResult result, String reason, String cause) {
    output.deadLetter(result, reason, cause);
    givenUp.add(PendingResults.key(result), result);
  }

  /**
   * Handles results whose letters are safe. A newer result of the same recipient may be waiting, or
   * may have been given up later.
   */
  private void forgetGivenUp() {
    for (SendResult result : givenUp.takeCommitted()) {
      Campaign campaign = campaigns.get(result.campaignId());
      SendResult waiting = campaign == null ? null : campaign.batch().waiting(result.recipientId());
      if (waiting == null) {
        forget(result);
      } else if (!waiting.equals(pending.get(PendingResults.key(result)))) {
        keep(waiting, null);
      }
    }
  }

  private static String noRoom(Campaign campaign) {
    return "no room: " + campaign.stuckBecause();
  }

  /** Gives up all results of a campaign that does not exist, as they cannot be written. */
  private void deadLetter(Campaign campaign) {
    for (SendResult result : campaign.batch().oldest(Integer.MAX_VALUE)) {
      giveUp(result, "unknown campaign " + campaign.id(), "unknown");
      campaign.batch().remove(result, now());
    }
    campaign.leave();
    campaigns.remove(campaign.id());
  }

  /**
   * Slows reading down while there is no room: each result waits, but for a limited time, because
   * the room may be taken by another task of this thread.
   */
  private void awaitRoom() {
    for (int left = MOST_WAITS; left > 0 && mustWait() && !stopping.getAsBoolean(); left--) {
      try {
        Thread.sleep(FLUSH_DUE_EVERY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      flushDue();
    }
  }

  /** While no campaign can be written, none is dead-lettered, so stuck ones must wait as well. */
  private boolean mustWait() {
    return room.full() || (troubles.away() && room.halfIsStuck());
  }

  @Override
  public void close() {
    campaigns.forEach((id, campaign) -> {
      troubles.forget(id);
      rowTimes.forget(id);
      campaign.leave();
    });
    campaigns.clear();
    outcomes.clear();
  }

  private long now() {
    return context.currentSystemTimeMs();
  }
}
