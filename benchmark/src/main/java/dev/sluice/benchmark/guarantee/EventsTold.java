package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignEvent.Event;
import dev.sluice.schema.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A campaign's start, its pause, its resume and its end are each announced once, whichever role was
 * killed meanwhile.
 */
public final class EventsTold implements Guarantee {
  private static final Duration LATEST = Duration.ofSeconds(60);

  private final KafkaConfig kafka;
  private final CampaignRun campaign;

  public EventsTold(KafkaConfig kafka, CampaignRun campaign) {
    this.kafka = kafka;
    this.campaign = campaign;
  }

  @Override
  public void verify() {
    await().atMost(LATEST).until(() -> told().contains(Event.COMPLETED));
    assertThat(told()).containsExactly(Event.STARTED, Event.PAUSED, Event.RESUMED, Event.COMPLETED);
  }

  private List<Event> told() {
    TopicPartition partition = new TopicPartition(kafka.topics().campaignEvents(), 0);
    UUID id = campaign.id();
    List<Event> told = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of("isolation.level", "read_committed")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          CampaignEvent event = Json.read(record.value(), CampaignEvent.class);
          if (event.campaignId().equals(id)) {
            told.add(event.event());
          }
        }
      }
    }
    return told;
  }
}
