package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.benchmark.fleet.RoleJvm;
import dev.sluice.local.AcceptedMessages;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
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
public final class InDoubtWereInFlight implements Guarantee {
  private final KafkaConfig kafka;
  private final CampaignRun campaign;
  private final List<String> events = new ArrayList<>();

  /** The event that happened while an offset was started. */
  private final Map<TopicPartition, NavigableMap<Long, String>> started = new ConcurrentHashMap<>();

  public InDoubtWereInFlight(KafkaConfig kafka, CampaignRun campaign) {
    this.kafka = kafka;
    this.campaign = campaign;
  }

  /**
   * Remembers what was in flight when a worker has just been killed or frozen.
   *
   * @param event what happened to it, in words
   */
  public void remember(String worker, String event)
      throws InterruptedException, ExecutionException {
    events.add(event);
    String group = kafka.topics().workerGroup();
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      Set<TopicPartition> own = partitionsOf(worker, group, admin);
      // At once, and again once the dead worker's open transaction has been decided.
      for (boolean stable : List.of(false, true)) {
        admin
            .listConsumerGroupOffsets(
                group,
                new ListConsumerGroupOffsetsOptions().requireStable(stable).timeoutMs(30_000))
            .partitionsToOffsetAndMetadata()
            .get()
            .forEach(
                (partition, place) -> remember(partition, place, event, own.contains(partition)));
      }
    }
  }

  /** The group still lists them, because it notices a death only after the session timeout. */
  private static Set<TopicPartition> partitionsOf(String worker, String group, Admin admin)
      throws InterruptedException, ExecutionException {
    ConsumerGroupDescription description =
        Objects.requireNonNull(admin.describeConsumerGroups(List.of(group)).all().get().get(group));
    return description.members().stream()
        .filter(member -> member.clientId().equals(RoleJvm.instance(worker)))
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .collect(Collectors.toSet());
  }

  /** An event at the owner of an offset explains it better than one at another worker. */
  private void remember(
      TopicPartition partition, OffsetAndMetadata place, String event, boolean own) {
    try {
      long offset = place.offset();
      for (WindowCodec.Run run : WindowCodec.decode(place.metadata())) {
        if (run.state() == WindowCodec.State.STARTED) {
          for (int i = 0; i < run.length(); i++) {
            started
                .computeIfAbsent(partition, _ -> new TreeMap<>())
                .merge(offset + i, event, (earlier, now) -> own ? now : earlier);
          }
        }
        offset += run.length();
      }
    } catch (UnreadableWindowException e) {
      throw new IllegalStateException(partition + " has no readable window", e);
    }
  }

  /** Returns the total number of sends in flight at the kills. */
  public int inFlight() {
    return started.values().stream().mapToInt(Map::size).sum();
  }

  @Override
  public void verify() {
    Set<Long> inDoubt = inDoubt();
    Set<Long> unexplained = new HashSet<>(inDoubt);
    unexplained.removeAll(recipientsInFlight().keySet());
    assertThat(unexplained)
        .as(
            "of %d recipients in doubt, those not among the %d sends in flight at a kill",
            inDoubt.size(), inFlight())
        .isEmpty();
  }

  /** Returns who is in doubt by what happened. */
  public Doubts doubts(AcceptedMessages accepted) {
    String prefix = campaign.id() + ":";
    Set<Long> sentTo =
        accepted.perRecipient().keySet().stream()
            .filter(data -> data.startsWith(prefix))
            .map(data -> Long.valueOf(data.split(":", 3)[1]))
            .collect(Collectors.toSet());
    return new Doubts(events, recipientsInFlight(), inDoubt(), sentTo);
  }

  private Set<Long> inDoubt() {
    return campaign.statuses().entrySet().stream()
        .filter(entry -> entry.getValue() == RecipientStatus.UNCONFIRMED)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Returns what happened while their messages were in flight, by recipient. */
  private Map<Long, String> recipientsInFlight() {
    Map<Long, String> recipients = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of("isolation.level", "read_committed")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      started.forEach((partition, offsets) -> {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offsets.firstKey());
        while (consumer.position(partition) <= offsets.lastKey()) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
            String event = offsets.get(record.offset());
            if (event != null) {
              recipients.put(Json.read(record.value(), SendRequest.class).recipientId(), event);
            }
          }
        }
      });
    }
    return recipients;
  }
}
