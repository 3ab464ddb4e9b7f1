package dev.sluice.demo;

import static dev.sluice.demo.SecuredKafka.TOPICS;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Programs beside Sluice: KEDA's scaler, and one that starts campaigns and hears of them. */
record OthersOnTrial(SecuredKafka kafka) implements RoleOnTrial {
  static final String NAME = "others";
  private static final String GROUP = "crm";

  /** The rights that security.md and upstream.md say in words. */
  static final List<KafkaRight> RIGHTS =
      List.of(
          right(AclOperation.DESCRIBE, ResourceType.TOPIC, TOPICS.sendRequests()),
          right(AclOperation.DESCRIBE, ResourceType.GROUP, TOPICS.workerGroup()),
          right(AclOperation.WRITE, ResourceType.TOPIC, TOPICS.campaignCommands()),
          right(AclOperation.READ, ResourceType.TOPIC, TOPICS.campaignEvents()),
          right(AclOperation.READ, ResourceType.GROUP, GROUP));

  private static KafkaRight right(AclOperation operation, ResourceType type, String name) {
    return new KafkaRight(NAME, operation, type, name, false);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public AutoCloseable start(Health health, KafkaRight missing) {
    return () -> {};
  }

  @Override
  public List<String> answers() throws Exception {
    KafkaConfig own = kafka.as(NAME);
    List<String> refusals = new ArrayList<>();
    try (Admin admin = Admin.create(own.client(Map.of()));
        KafkaProducer<String, String> commands =
            new KafkaProducer<>(
                own.client(Map.of()), new StringSerializer(), new StringSerializer());
        KafkaConsumer<String, String> events =
            new KafkaConsumer<>(
                own.client(Map.of("group.id", GROUP, "auto.offset.reset", "earliest")),
                new StringDeserializer(),
                new StringDeserializer())) {
      events.subscribe(List.of(TOPICS.campaignEvents()));
      List<Callable<?>> all =
          List.of(
              () ->
                  admin
                      .listOffsets(
                          Map.of(new TopicPartition(TOPICS.sendRequests(), 0), OffsetSpec.latest()))
                      .all()
                      .get(),
              () -> admin.listConsumerGroupOffsets(TOPICS.workerGroup()).all().get(),
              () ->
                  commands
                      .send(new ProducerRecord<>(TOPICS.campaignCommands(), "x", "no JSON"))
                      .get(),
              () -> events.poll(Duration.ofSeconds(1)));
      for (Callable<?> one : all) {
        try {
          one.call();
        } catch (Exception e) {
          refusals.add(Reasons.of(e));
        }
      }
    }
    return refusals;
  }
}
