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
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects results and flushes a campaign's batch when it is full, when its oldest result has
 * waited long enough, or at once when it holds the campaign's last outcomes. No statement runs on
 * the stream thread: flushes run elsewhere, and their outcomes are handled here.
 *
 * <p>A result is in the changelogged store before its offset is committed and leaves the store
 * after PostgreSQL has it, or after its dead letter is committed. If the process dies in between,
 * the batch is written again, and nothing changes, or there are two letters, which are the same to
 * who replays them: a status only rises.
 */
final class BatchProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(BatchProcessor.class);

  static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /** The most that a result waits for room, because the thread has other tasks and must poll. */
  static final Duration LONGEST_WAIT = LOOK_EVERY.multipliedBy(3);

  private final StatusAggregatorConfig config;
  private final Flushes flushes;
  private final Troubles troubles;
  private final Room room;
  private final MeterRegistry meters;
  private final BooleanSupplier stopping;
  private final Map<UUID, Campaign> campaigns = new HashMap<>();
  private final Queue<Flush.Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, SendResult> store;
  private GivenUp givenUp;
  private Output output;

  // Kafka Streams calls init before anything else.
  @SuppressWarnings("NullAway.Init")
  BatchProcessor(
      StatusAggregatorConfig config,
      Flushes flushes,
      Troubles troubles,
      Room room,
      MeterRegistry meters,
      BooleanSupplier stopping) {
    this.config = config;
    this.flushes = flushes;
    this.troubles = troubles;
    this.room = room;
    this.meters = meters;
    this.stopping = stopping;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> newContext) {
    context = newContext;
    store = context.getStateStore(AggregatorTopology.STORE);
    givenUp = context.getStateStore(GivenUp.NAME);
    output = new Output(context, config.kafka().topics(), meters);
    try (var left = store.all()) {
      left.forEachRemaining(entry -> campaign(entry.value.campaignId()).add(entry.value, now()));
    }
    context.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> look());
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
    takeIn();
    if (result.isForTest()) {
      log.info("a test {}", told(result));
      return;
    }
    Campaign campaign = campaign(result.campaignId());
    if (campaign.hasNoRoomFor(result) && !troubles.away()) {
      // Not taken out of the store, where it never was: the letter is safe before the offset is.
      output.deadLetter(record, noRoom(campaign), "room");
      pause(campaign);
    } else {
      collect(campaign, result);
    }
    awaitRoom();
  }

  private void collect(Campaign campaign, SendResult result) {
    SendResult merged = campaign.add(result, now());
    if (merged != null) {
      keep(merged);
    }
    flushIfDue(campaign);
  }

  /** Keeps what waits, and with it what was given up as long as its letter is not safe. */
  private void keep(SendResult waiting) {
    SendResult unsafe = givenUp.unsafe(key(waiting));
    store.put(key(waiting), unsafe == null ? waiting : PendingBatch.merge(unsafe, waiting));
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
    return campaigns.computeIfAbsent(id, unseen -> new Campaign(unseen, room));
  }

  private void look() {
    takeIn();
    forgetGivenUp();
    for (UUID id : List.copyOf(campaigns.keySet())) {
      Campaign campaign = campaigns.get(id);
      if (campaign != null && campaign.forgettable(now())) {
        campaigns.remove(id);
      } else if (campaign != null) {
        flushIfDue(campaign);
        if (campaign.crowds() && !troubles.away()) {
          pause(campaign);
          shed(campaign);
        }
      }
    }
  }

  private void flushIfDue(Campaign campaign) {
    campaign.report(now());
    Flush flush = campaign.due(config, now());
    if (flush != null && troubles.mayTry(campaign.id(), now())) {
      campaign.flushing(now());
      flushes.start(flush, outcomes::add);
      takeIn();
    }
  }

  /** Handles finished flushes, and flushes the results that have arrived meanwhile. */
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
      troubles.changed(campaign.flushBegunMillis());
    }
    campaign.flushed(outcome, now(), troubles.changedMillis()).forEach(this::forget);
    outcome.refused().forEach(refused -> giveUp(refused.result(), refused.reason(), "database"));
    if (outcome.unknown()) {
      bury(campaign);
    }
    if (outcome.trouble() == null) {
      troubles.worked(outcome.campaignId());
      flushIfDue(campaign);
    } else {
      troubles.failed(outcome.campaignId(), outcome.trouble(), campaign.heldUntil(), now());
    }
  }

  /** Of what was written or given up, only a letter that is not safe yet is still needed. */
  private void forget(SendResult result) {
    SendResult unsafe = givenUp.unsafe(key(result));
    if (unsafe == null) {
      store.delete(key(result));
    } else {
      store.put(key(result), unsafe);
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

  /** After a takeover, or when many got stuck at once, there may be more than was let in. */
  private void shed(Campaign campaign) {
    for (SendResult result : campaign.shed(now())) {
      giveUp(result, noRoom(campaign), "room");
    }
  }

  private void giveUp(SendResult result, String reason, String cause) {
    output.deadLetter(result, reason, cause);
    givenUp.add(key(result), result);
  }

  /** A newer result of the same recipient may wait, or may have been given up after it. */
  private void forgetGivenUp() {
    for (SendResult result : givenUp.takeCommitted()) {
      Campaign campaign = campaigns.get(result.campaignId());
      SendResult waiting = campaign == null ? null : campaign.batch().waiting(result.recipientId());
      if (waiting == null) {
        forget(result);
      } else if (!waiting.equals(store.get(key(result)))) {
        keep(waiting);
      }
    }
  }

  private static String noRoom(Campaign campaign) {
    return "no room: " + campaign.stuckBecause();
  }

  /** The campaign does not exist: its results cannot be written. */
  private void bury(Campaign campaign) {
    for (SendResult result : campaign.batch().oldest(Integer.MAX_VALUE)) {
      giveUp(result, "unknown campaign " + campaign.id(), "unknown");
      campaign.batch().remove(result, now());
    }
    campaign.leave();
    campaigns.remove(campaign.id());
  }

  /**
   * Beyond the bound hardly more is read: each result waits a while. It does not wait for as long
   * as it takes, because what fills the room may be another task's of this thread.
   */
  private void awaitRoom() {
    for (long left = LONGEST_WAIT.dividedBy(LOOK_EVERY);
        left > 0 && mustWait() && !stopping.getAsBoolean();
        left--) {
      try {
        Thread.sleep(LOOK_EVERY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      look();
    }
  }

  /** While nobody can write, no campaign is dead-lettered, so that stuck ones must wait as well. */
  private boolean mustWait() {
    return room.full() || (troubles.away() && room.halfIsStuck());
  }

  @Override
  public void close() {
    campaigns.forEach((id, campaign) -> {
      troubles.forget(id);
      campaign.leave();
    });
    campaigns.clear();
    outcomes.clear();
  }

  private long now() {
    return context.currentSystemTimeMs();
  }

  private static String key(SendResult result) {
    return result.campaignId() + ":" + result.recipientId();
  }
}
