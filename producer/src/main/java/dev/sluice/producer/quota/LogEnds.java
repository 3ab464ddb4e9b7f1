package dev.sluice.producer.quota;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The ends of the partitions' logs, as far as their leaders answer. */
final class LogEnds {
  private LogEnds() {}

  /**
   * Waits for the leaders' answers. A partition whose leader does not answer in time, or which has
   * no leader, is left out; others have their own leaders.
   *
   * @throws KafkaException if none answers
   */
  static Map<TopicPartition, Long> of(
      ListOffsetsResult answers, List<TopicPartition> partitions, long timeoutMillis)
      throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    Map<TopicPartition, Long> ends = new HashMap<>();
    List<Exception> failures = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      long left = Math.max(0, until - System.nanoTime());
      try {
        var answer = answers.partitionResult(partition).get(left, TimeUnit.NANOSECONDS);
        ends.put(partition, answer.offset());
      } catch (ExecutionException | TimeoutException e) {
        failures.add(e);
      }
    }
    if (ends.isEmpty()) {
      throw new KafkaException("no leader of a partition of send-requests answers: " + failures);
    }
    return ends;
  }
}
