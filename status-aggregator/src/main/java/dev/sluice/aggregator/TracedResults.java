package dev.sluice.aggregator;

import dev.sluice.runtime.tracing.Journey;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.SendResult;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The results of traced recipients from their records to PostgreSQL. They are not stored: what is
 * written by another owner of the partition is missing in the trace.
 */
final class TracedResults {
  private static final int MOST = 10_000;

  private final Traces traces;

  /** By recipient; those that have waited longest come first. */
  private final SequencedMap<String, Waiting> waiting = new LinkedHashMap<>();

  private record Waiting(Journey journey, Instant since) {}

  TracedResults(Traces traces) {
    this.traces = traces;
  }

  void add(SendResult result, Record<byte[], byte[]> record) {
    Journey journey =
        traces.of(result.campaignId(), result.recipientId(), result.round(), record.headers());
    if (journey != null) {
      waiting.put(
          PendingResults.key(result),
          new Waiting(journey, Instant.ofEpochMilli(record.timestamp())));
      if (waiting.size() > MOST) {
        waiting.pollFirstEntry();
      }
    }
  }

  void written(List<SendResult> results, long nowMillis) {
    if (waiting.isEmpty()) {
      return;
    }
    for (SendResult result : results) {
      Waiting one = waiting.remove(PendingResults.key(result));
      if (one != null) {
        one.journey()
            .settled(
                result.status().name(),
                result.attempts(),
                one.since(),
                Instant.ofEpochMilli(nowMillis));
      }
    }
  }
}
