package dev.sluice.console;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes commands like any other upstream service, and answers when Kafka has them. */
final class Commands implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private final KafkaConfig kafka;
  private @Nullable Producer<byte[], byte[]> producer;

  Commands(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  void publish(UUID campaignId, CampaignCommand.Action action, String who) {
    CampaignCommand command = new CampaignCommand(action, campaignId, who, Instant.now());
    try {
      producer()
          .send(
              new ProducerRecord<>(
                  kafka.topics().campaignCommands(),
                  campaignId.toString().getBytes(StandardCharsets.UTF_8),
                  Json.write(command)))
          .get();
      log.info("audit: {} {} campaign {}", who, action, campaignId);
    } catch (ExecutionException e) {
      throw ProblemException.unavailable(
          "Kafka at " + kafka.bootstrapServers() + " did not take the command; try again.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.unavailable("The console is stopping; try again.");
    }
  }

  /** Connects, so that the first command does not have to. */
  void warmUp() {
    producer().partitionsFor(kafka.topics().campaignCommands());
  }

  // Made when first needed: a client cannot be made while the brokers' names do not resolve.
  private synchronized Producer<byte[], byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(
              kafka.client(
                  Map.of(
                      ProducerConfig.ACKS_CONFIG, "all",
                      ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000,
                      ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                      ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000)),
              new ByteArraySerializer(),
              new ByteArraySerializer());
    }
    return producer;
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close();
    }
  }
}
