package dev.sluice.runtime.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Reads places with Kafka's admin client, which answers per partition; a consumer answers for all
 * partitions or none.
 */
final class AdminPlaces implements StablePlaces {
  private final Admin admin;
  private final String group;

  AdminPlaces(KafkaConfig kafka) {
    admin = Admin.create(kafka.client(Map.of()));
    group = kafka.topics().workerGroup();
  }

  @Override
  public Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost) {
    int millis = Math.toIntExact(atMost.toMillis());
    Map<TopicPartition, OffsetAndMetadata> committed =
        known(
            admin
                .listConsumerGroupOffsets(
                    Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                    new ListConsumerGroupOffsetsOptions().requireStable(true).timeoutMs(millis))
                .partitionsToOffsetAndMetadata(group));
    if (committed == null) {
      return Map.of();
    }
    ListOffsetsOptions options =
        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED).timeoutMs(millis);
    ListOffsetsResult starts =
        admin.listOffsets(each(committed.keySet(), OffsetSpec.earliest()), options);
    ListOffsetsResult ends =
        admin.listOffsets(each(committed.keySet(), OffsetSpec.latest()), options);
    Map<TopicPartition, Place> places = new HashMap<>();
    committed.forEach((partition, offset) -> {
      ListOffsetsResultInfo start = known(starts.partitionResult(partition));
      ListOffsetsResultInfo end = known(ends.partitionResult(partition));
      if (start != null && end != null) {
        places.put(partition, new Place(offset, start.offset(), end.offset()));
      }
    });
    return places;
  }

  /**
   * Waits for an answer, bounded by the request's own timeout; returns null if the request failed.
   */
  private static <T> @Nullable T known(KafkaFuture<? extends T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      return null;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Map<TopicPartition, OffsetSpec> each(
      Collection<TopicPartition> partitions, OffsetSpec which) {
    return partitions.stream().collect(Collectors.toMap(partition -> partition, _ -> which));
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
