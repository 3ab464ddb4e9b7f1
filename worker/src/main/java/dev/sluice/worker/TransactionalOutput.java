package dev.sluice.worker;

import dev.sluice.schema.Backoff;
import dev.sluice.schema.Health;
import dev.sluice.schema.KafkaConfig;
import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker's transactional producer, and what became of each transaction. */
final class TransactionalOutput implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionalOutput.class);
  private static final Backoff REBUILD = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  private final KafkaConfig kafka;
  private final String transactionalId;
  private final Health health;
  private final BooleanSupplier givingUp;
  private @Nullable Producer<byte[], byte[]> producer;

  /** What became of a transaction. */
  enum Verdict {
    COMMITTED,
    /** It is certain that nothing of it is visible. */
    REFUSED,
    /** Nobody knows; the producer was renewed, which ended it one way or the other. */
    UNKNOWN
  }

  /** The worker is stopping and Kafka does not answer. */
  static final class GaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Prepares the output; it connects with the first transaction.
   *
   * @param givingUp whether to stop trying to reach Kafka
   */
  TransactionalOutput(
      KafkaConfig kafka, String transactionalId, Health health, BooleanSupplier givingUp) {
    this.kafka = kafka;
    this.transactionalId = transactionalId;
    this.health = health;
    this.givingUp = givingUp;
  }

  /**
   * Writes records and offsets in one transaction.
   *
   * @throws GaveUpException if it is uncertain what became of it and the worker is stopping
   */
  Verdict commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    Producer<byte[], byte[]> current = producer();
    try {
      current.beginTransaction();
      records.forEach(record -> send(current, record));
      if (!offsets.isEmpty()) {
        current.sendOffsetsToTransaction(offsets, group);
      }
      current.commitTransaction();
      health.working("transactions");
      return Verdict.COMMITTED;
    } catch (CommitFailedException e) {
      log.info("not a member of the group any more, nothing was committed: {}", e.getMessage());
      return abort(current);
    } catch (KafkaException e) {
      health.failing("transactions", "a transaction failed: " + e.getMessage());
      renew();
      return Verdict.UNKNOWN;
    }
  }

  // What became of a single record the commit tells: it fails if any of them did.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static void send(
      Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
    producer.send(record);
  }

  private Verdict abort(Producer<byte[], byte[]> current) {
    try {
      current.abortTransaction();
      return Verdict.REFUSED;
    } catch (KafkaException e) {
      renew();
      return Verdict.UNKNOWN;
    }
  }

  /** Ends whatever this or an earlier process left open under the transactional id. */
  void start() {
    producer();
  }

  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> current = producer;
    return current == null ? renew() : current;
  }

  private Producer<byte[], byte[]> renew() {
    closeProducer();
    for (int attempt = 1; ; attempt++) {
      Producer<byte[], byte[]> fresh = null;
      try {
        fresh =
            new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer());
        fresh.initTransactions();
        producer = fresh;
        health.working("transactions");
        return fresh;
      } catch (KafkaException e) {
        if (fresh != null) {
          fresh.close(Duration.ZERO);
        }
        health.failing(
            "transactions", kafka.bootstrapServers() + " gives no transactions: " + e.getMessage());
        pause(REBUILD.after(attempt));
      }
    }
  }

  /**
   * Allows another attempt to reach Kafka.
   *
   * @throws GaveUpException if the worker is stopping
   */
  void requirePatience() {
    if (givingUp.getAsBoolean()) {
      throw new GaveUpException();
    }
  }

  private void pause(Duration wait) {
    requirePatience();
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GaveUpException();
    }
  }

  private Map<String, Object> settings() {
    return kafka.client(
        Map.of(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId,
            // A dead worker's open transaction blocks its successor for this long, at most.
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 8_000,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 8_000,
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
            ProducerConfig.MAX_BLOCK_MS_CONFIG, 8_000,
            // The broker answers "not yet" while it completes the transaction before.
            ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 10,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD,
            ProducerConfig.LINGER_MS_CONFIG, 0,
            ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"));
  }

  private void closeProducer() {
    Producer<byte[], byte[]> current = producer;
    if (current != null) {
      current.close(Duration.ZERO);
      producer = null;
    }
  }

  @Override
  public void close() {
    Producer<byte[], byte[]> current = producer;
    if (current != null) {
      current.close(Duration.ofSeconds(2));
    }
  }
}
