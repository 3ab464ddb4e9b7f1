package dev.sluice.console.output;

import dev.sluice.console.http.ProblemException;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.Reasons;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Writes to Kafka like any other upstream service, and returns when Kafka has acknowledged the
 * records.
 */
public final class KafkaOutput implements AutoCloseable {
  private final KafkaConfig kafka;
  private final Health health;
  private final MeterRegistry meters;

  private @Nullable Producer<byte[], byte[]> producer;
  private boolean closed;

  public KafkaOutput(KafkaConfig kafka, Health health, MeterRegistry meters) {
    this.kafka = kafka;
    this.health = health;
    this.meters = meters;
  }

  /** Returns a record of a campaign, keyed by its id. */
  public static ProducerRecord<byte[], byte[]> record(
      String topic, UUID campaign, EventType type, Object value) {
    return record(topic, campaign.toString(), type.headers(campaign), value);
  }

  public static ProducerRecord<byte[], byte[]> record(
      String topic, String key, List<Header> headers, Object value) {
    return new ProducerRecord<>(
        topic, null, key.getBytes(StandardCharsets.UTF_8), Json.write(value), headers);
  }

  /**
   * Writes all records.
   *
   * @throws ProblemException 503 if Kafka did not take all of them; some may be written, which does
   *     no harm where repeating changes nothing
   */
  public void write(List<ProducerRecord<byte[], byte[]>> records) {
    try {
      List<Future<?>> acknowledgements = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> record : records) {
        Future<?> acknowledgement = producer().send(record);
        if (acknowledgement.state() == Future.State.FAILED) {
          // While Kafka is away, the others would take as long, one after another.
          acknowledgement.get();
        }
        acknowledgements.add(acknowledgement);
      }
      for (Future<?> acknowledgement : acknowledgements) {
        acknowledgement.get();
      }
      topics(records).forEach(topic -> health.noticeOver(component(topic)));
    } catch (ExecutionException | KafkaException e) {
      throw refused(e, topics(records), "did not take it");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.unavailable("The console is stopping; try again.");
    }
  }

  /** Returns how many partitions a topic has. */
  public int partitions(String topic) {
    try {
      return producer().partitionsFor(topic).size();
    } catch (KafkaException e) {
      throw refused(e, Set.of(topic), "did not answer");
    }
  }

  private static Set<String> topics(List<ProducerRecord<byte[], byte[]>> records) {
    return records.stream().map(ProducerRecord::topic).collect(Collectors.toSet());
  }

  private static String component(String topic) {
    return "topic " + topic;
  }

  /**
   * Trying again does not help without a right, and only an operator can grant it. Whether it has
   * been granted is known only after the next write, so the notice says when it was missing.
   */
  private ProblemException refused(Exception failure, Set<String> topics, String otherwise) {
    String address = "Kafka at " + kafka.bootstrapServers();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthorizationException) {
        Set<String> denied =
            cause instanceof TopicAuthorizationException e && !e.unauthorizedTopics().isEmpty()
                ? e.unauthorizedTopics()
                : topics;
        String reason =
            "%s does not let the console write to %s: %s"
                .formatted(
                    address,
                    String.join(", ", new TreeSet<>(denied)),
                    Reasons.of(cause).replaceFirst("[.]$", ""));
        String when = " (at %s)".formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS));
        denied.forEach(topic -> health.notice(component(topic), reason + when));
        return ProblemException.unavailable(reason + ".");
      }
    }
    return ProblemException.unavailable(address + " " + otherwise + "; try again.");
  }

  /** Connects, so that the first request does not have to. */
  public void warmUp() {
    producer().partitionsFor(kafka.topics().campaignCommands());
  }

  // Created when first needed: a client cannot be created while the brokers' names do not resolve.
  private synchronized Producer<byte[], byte[]> producer() {
    if (closed) {
      // A warm-up that goes on would open one that nobody closes.
      throw ProblemException.unavailable("The console is stopping; try again.");
    }
    if (producer == null) {
      producer =
          kafka.producer(
              Map.of(
                  ProducerConfig.ACKS_CONFIG, "all",
                  ProducerConfig.LINGER_MS_CONFIG, 5,
                  ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4",
                  ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000,
                  ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                  ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000));
      new KafkaClientMetrics(producer).bindTo(meters);
    }
    return producer;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (producer != null) {
      producer.close();
    }
  }
}
