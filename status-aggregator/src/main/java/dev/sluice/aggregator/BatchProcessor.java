package dev.sluice.aggregator;

import dev.sluice.schema.Backoff;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Database;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jooq.exception.DataAccessException;

/**
 * Collects results and writes a campaign's batch when it is full, when its oldest result has waited
 * long enough, or at once when it holds the campaign's last outcomes.
 *
 * <p>A result is in the changelogged store before its offset is committed and leaves the store
 * after PostgreSQL has it. If the process dies in between, the batch is written again, and nothing
 * changes.
 */
final class BatchProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  private final StatusAggregatorConfig config;
  private final StatusStatement statement;
  private final Health health;
  private final BooleanSupplier stopping;
  private final Map<UUID, PendingBatch> batches = new HashMap<>();
  private final Map<UUID, Progress> progress = new HashMap<>();
  private final Map<UUID, Long> lastSeenMillis = new HashMap<>();
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, SendResult> store;
  private int pending;
  private int failures;
  private long retryAtMillis;

  // Kafka Streams calls init before anything else.
  @SuppressWarnings("NullAway.Init")
  BatchProcessor(
      StatusAggregatorConfig config,
      StatusStatement statement,
      Health health,
      BooleanSupplier stopping) {
    this.config = config;
    this.statement = statement;
    this.health = health;
    this.stopping = stopping;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> newContext) {
    context = newContext;
    store = context.getStateStore(AggregatorTopology.STORE);
    try (var left = store.all()) {
      left.forEachRemaining(entry -> collect(entry.value));
    }
    context.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, this::look);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    SendResult result;
    try {
      result = Json.read(record.value(), SendResult.class);
      requireKey(record.key(), result.campaignId());
    } catch (UnreadableEventException e) {
      deadLetter(record.key(), record.value(), e.getMessage());
      return;
    }
    SendResult merged = collect(result);
    if (merged != null) {
      store.put(key(merged), merged);
    }
    writeIfFull(result.campaignId());
    awaitRoom();
  }

  private static void requireKey(byte[] key, UUID campaignId) {
    if (key == null || !new String(key, StandardCharsets.UTF_8).equals(campaignId.toString())) {
      throw new UnreadableEventException("the key is not the campaign's id " + campaignId);
    }
  }

  private SendResult collect(SendResult result) {
    UUID id = result.campaignId();
    PendingBatch batch = batches.computeIfAbsent(id, first -> new PendingBatch());
    int before = batch.size();
    SendResult merged = batch.add(result, now());
    pending += batch.size() - before;
    lastSeenMillis.put(id, now());
    return merged;
  }

  private void writeIfFull(UUID id) {
    PendingBatch batch = batches.get(id);
    if (batch == null || now() < retryAtMillis) {
      return;
    }
    know(id, batch);
    Progress line = progress.get(id);
    if (line != null) {
      line.report(batch, now());
    }
    if (batch.full(config.flushSize())) {
      write(id, batch);
    }
  }

  /** Reads the campaign's row once: without it nobody knows which outcome is the last. */
  private void know(UUID id, PendingBatch batch) {
    if (batch.counts() != null) {
      return;
    }
    tryDatabase(() -> {
      Optional<CampaignCounts> row = statement.read(id);
      row.ifPresentOrElse(
          counts -> {
            batch.know(counts);
            progress.put(id, new Progress(id, counts.settled(), now()));
          },
          () -> bury(id, batch));
    });
  }

  private void write(UUID id, PendingBatch batch) {
    tryDatabase(() -> {
      CampaignCounts before = batch.counts();
      Optional<CampaignCounts> after = statement.write(id, batch.results());
      if (after.isEmpty()) {
        bury(id, batch);
        return;
      }
      forget(batch);
      batch.know(after.get());
      Progress line = progress.get(id);
      if (line != null
          && after.get().status() == CampaignStatus.COMPLETED
          && (before == null || before.status() != CampaignStatus.COMPLETED)) {
        line.completed(after.get());
      }
    });
  }

  private void forget(PendingBatch batch) {
    batch.results().forEach(result -> store.delete(key(result)));
    pending -= batch.size();
    batch.clear();
  }

  /** Nobody knows this campaign: its results cannot be written anywhere. */
  private void bury(UUID id, PendingBatch batch) {
    batch
        .results()
        .forEach(result ->
            deadLetter(
                id.toString().getBytes(StandardCharsets.UTF_8),
                Json.write(result),
                "unknown campaign " + id));
    forget(batch);
    batches.remove(id);
  }

  private void tryDatabase(Runnable action) {
    try {
      action.run();
      failures = 0;
      health.working("batches");
    } catch (DataAccessException e) {
      failures++;
      retryAtMillis = now() + AFTER_FAILURE.after(failures).toMillis();
      health.failing("batches", "writing results failed: " + Database.reason(e));
    }
  }

  private void look(long ignored) {
    if (now() < retryAtMillis) {
      return;
    }
    for (UUID id : List.copyOf(batches.keySet())) {
      PendingBatch batch = batches.get(id);
      if (batch != null && !batch.isEmpty()) {
        writeIfFull(id);
        if (batch.ageMillis(now()) >= config.flushInterval().toMillis() && now() >= retryAtMillis) {
          write(id, batch);
        }
      } else if (now() - lastSeenMillis.getOrDefault(id, 0L) > FORGET_AFTER.toMillis()) {
        batches.remove(id);
        progress.remove(id);
        lastSeenMillis.remove(id);
      }
    }
  }

  /** While PostgreSQL is away, results wait up to a bound; beyond it nothing more is read. */
  private void awaitRoom() {
    while (pending >= config.maxPending() && !stopping.getAsBoolean()) {
      look(0);
      if (pending >= config.maxPending()) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_EVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void deadLetter(byte[] key, byte[] value, String reason) {
    DeadLetter letter =
        context
            .recordMetadata()
            .map(at -> new DeadLetter(at.topic(), at.partition(), at.offset(), reason))
            .orElseGet(() -> new DeadLetter(config.kafka().topics().sendResults(), -1, -1, reason));
    context.forward(
        new Record<>(key, value, now(), new RecordHeaders(letter.headers())),
        AggregatorTopology.DEAD_LETTERS);
  }

  private long now() {
    return context.currentSystemTimeMs();
  }

  private static String key(SendResult result) {
    return result.campaignId() + ":" + result.recipientId();
  }
}
