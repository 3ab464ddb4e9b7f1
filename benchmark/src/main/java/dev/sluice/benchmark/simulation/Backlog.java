package dev.sluice.benchmark.simulation;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.WindowCodec.State;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What a producer knows of the requests that are queued for the workers, by what these have
 * committed. Of what is not committed itself it knows only how much there is.
 */
final class Backlog implements LaneBacklog {
  private static final Duration EVERY = Duration.ofMillis(400);

  /** After a reading that has failed. */
  private static final Duration SELDOM = Duration.ofSeconds(2);

  /**
   * The longest that the second reading hangs: a process that takes over may have one of before its
   * predecessor filled the lanes.
   */
  private static final Duration HANGS = Duration.ofSeconds(12);

  private static final Duration TAKES = Duration.ofMillis(30);

  private final Kernel kernel;
  private final Broker broker;
  private final SimProcess process;
  private final Ticker ticker;
  private final List<TopicPartition> partitions;
  private @Nullable Reading newest;

  Backlog(Kernel kernel, Broker broker, SimProcess process, List<TopicPartition> partitions) {
    this.kernel = kernel;
    this.broker = broker;
    this.process = process;
    ticker = process.machine().ticker();
    this.partitions = partitions;
    begin();
  }

  private void begin() {
    if (process.alive()) {
      boolean hangs = newest == null && kernel.chance(0.9);
      if (!process.frozen()) {
        Reading next = read();
        kernel.after(TAKES, () -> newest = next);
      }
      Duration usual = kernel.chance(0.1) ? SELDOM : EVERY;
      kernel.at(
          kernel.nowNanos() + (hangs ? kernel.between(usual, HANGS) : usual.toNanos()),
          this::begin);
    }
  }

  @Override
  public @Nullable Reading newest() {
    return newest;
  }

  private Reading read() {
    Map<LaneKey, Long> waiting = new HashMap<>();
    Map<Integer, Long> unread = new HashMap<>();
    for (TopicPartition partition : partitions) {
      Log log = broker.log(partition);
      unread.put(partition.partition(), log.end() - log.stableEnd());
      count(partition, log, waiting);
    }
    return new Reading(ticker.nanoTime(), waiting, Map.of(), unread);
  }

  private void count(TopicPartition partition, Log log, Map<LaneKey, Long> waiting) {
    OffsetAndMetadata committed = broker.committed(partition);
    if (committed == null) {
      throw new IllegalStateException("nothing is committed of " + partition);
    }
    long end = log.stableEnd();
    if (committed.offset() == end) {
      return;
    }
    List<State> window = CommittedWindows.window(committed);
    for (long offset = committed.offset(); offset < end; offset++) {
      int index = (int) (offset - committed.offset());
      Log.Entry entry = log.get(offset);
      if (entry.visible() && (index >= window.size() || window.get(index) != State.DONE)) {
        waiting.merge(entry.read(SendRequest.class).laneKey(), 1L, Long::sum);
      }
    }
  }
}
