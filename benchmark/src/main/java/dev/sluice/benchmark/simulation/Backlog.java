package dev.sluice.benchmark.simulation;

import dev.sluice.producer.quota.LaneBacklog.Reading;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec.State;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Counts what is queued for the workers, by what they have committed. */
record Backlog(Kernel kernel, Broker broker, List<TopicPartition> partitions) {
  Reading read() {
    Map<LaneKey, Long> waiting = new HashMap<>();
    Map<Integer, Long> unread = new HashMap<>();
    for (TopicPartition partition : partitions) {
      unread.put(partition.partition(), 0L);
      count(partition, waiting);
    }
    return new Reading(kernel.nowNanos(), waiting, Map.of(), unread);
  }

  private void count(TopicPartition partition, Map<LaneKey, Long> waiting) {
    OffsetAndMetadata committed = broker.committed(partition);
    if (committed == null) {
      throw new IllegalStateException("nothing is committed of " + partition);
    }
    Log log = broker.log(partition);
    List<State> window = CommittedWindows.window(committed);
    long end = log.stableEnd();
    for (long offset = committed.offset(); offset < end; offset++) {
      int index = (int) (offset - committed.offset());
      Log.Entry entry = log.get(offset);
      if (entry.visible() && (index >= window.size() || window.get(index) != State.DONE)) {
        String lane = new String(entry.key(), StandardCharsets.UTF_8);
        waiting.merge(LaneKey.parse(lane), 1L, Long::sum);
      }
    }
  }
}
