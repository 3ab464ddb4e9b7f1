package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * I2, the converse: a recipient that ends in doubt was declared started when a worker was killed or
 * frozen. The windows committed at that moment give the offsets, and the requests at these offsets
 * give the recipients.
 */
final class InDoubtWereInFlight implements Guarantee {
  private final KafkaConfig kafka;
  private final CampaignRun campaign;
  private final Map<TopicPartition, NavigableSet<Long>> started = new ConcurrentHashMap<>();

  InDoubtWereInFlight(KafkaConfig kafka, CampaignRun campaign) {
    this.kafka = kafka;
    this.campaign = campaign;
  }

  /** Remembers what was in flight when a worker has just been killed or frozen. */
  void remember() throws InterruptedException, ExecutionException {
    String group = kafka.topics().workerGroup();
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      // At once, and again once the dead worker's open transaction has been decided.
      for (boolean stable : List.of(false, true)) {
        admin
            .listConsumerGroupOffsets(
                group,
                new ListConsumerGroupOffsetsOptions().requireStable(stable).timeoutMs(30_000))
            .partitionsToOffsetAndMetadata()
            .get()
            .forEach(this::remember);
      }
    }
  }

  private void remember(TopicPartition partition, OffsetAndMetadata place) {
    try {
      long offset = place.offset();
      for (WindowCodec.Run run : WindowCodec.decode(place.metadata())) {
        if (run.state() == WindowCodec.State.STARTED) {
          for (int i = 0; i < run.length(); i++) {
            started.computeIfAbsent(partition, p -> new TreeSet<>()).add(offset + i);
          }
        }
        offset += run.length();
      }
    } catch (UnreadableWindowException e) {
      throw new IllegalStateException(partition + " has no readable window", e);
    }
  }

  /** Returns the total number of sends in flight at the kills. */
  int inFlight() {
    return started.values().stream().mapToInt(Set::size).sum();
  }

  @Override
  public void verify() {
    Set<Long> inDoubt =
        campaign.statuses().entrySet().stream()
            .filter(entry -> entry.getValue() == RecipientStatus.UNCONFIRMED)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    Set<Long> unexplained = new HashSet<>(inDoubt);
    unexplained.removeAll(recipientsInFlight());
    assertThat(unexplained)
        .as(
            "of %d recipients in doubt, those not among the %d sends in flight at a kill",
            inDoubt.size(), inFlight())
        .isEmpty();
  }

  private Set<Long> recipientsInFlight() {
    Set<Long> recipients = new HashSet<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of("isolation.level", "read_committed")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      started.forEach((partition, offsets) -> {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offsets.first());
        while (consumer.position(partition) <= offsets.last()) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
            if (offsets.contains(record.offset())) {
              recipients.add(Json.read(record.value(), SendRequest.class).recipientId());
            }
          }
        }
      });
    }
    return recipients;
  }
}
