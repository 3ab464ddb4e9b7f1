package dev.sluice.worker.output;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Threads;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Topics;
import dev.sluice.schema.WindowCodec;
import dev.sluice.worker.output.TransactionSink.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's transactional Kafka producer. It reports how each transaction ended, and retries
 * with back-off, reporting errors that an operator must fix to {@link Health}.
 */
public final class TransactionalProducer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionalProducer.class);
  private static final Backoff REBUILD = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  /** How long records of topics that can be left out may take, because everything else waits. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private final KafkaConfig kafka;
  private final Ticker ticker;
  private final Threads threads;
  private final String name;
  private final Health health;
  private final MeterRegistry meters;
  private final BooleanSupplier givingUp;
  private final SizeBudget budget;
  private final TopicOutages outages;
  private String transactionalId;
  private @Nullable Producer<byte[], byte[]> producer;
  private KafkaClients.@Nullable Meters kafkaMeters;

  /** Consecutive transactions that failed while this worker was a member of its group. */
  private int failures;

  /** Thrown if the worker is stopping and Kafka is unreachable. */
  public static final class GaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Creates the producer, which connects with the first transaction.
   *
   * @param name its transactional id, also the first part of those that replace it
   * @param givingUp returns whether to stop trying to reach Kafka
   */
  public TransactionalProducer(
      KafkaConfig kafka,
      String name,
      Health health,
      MeterRegistry meters,
      BooleanSupplier givingUp,
      Machine machine) {
    this.kafka = kafka;
    this.ticker = machine.ticker();
    this.threads = machine.threads();
    this.meters = meters;
    this.name = name;
    this.transactionalId = name;
    this.health = health;
    this.givingUp = givingUp;
    this.budget = new SizeBudget(kafka.topics());
    this.outages = new TopicOutages(kafka.topics(), health, ticker::nanoTime);
  }

  /** Returns a sink whose transactions are committed by a member of a group. */
  public TransactionSink of(Supplier<ConsumerGroupMetadata> member) {
    return new TransactionSink() {
      @Override
      public Verdict commit(
          List<ProducerRecord<byte[], byte[]>> records,
          Map<TopicPartition, OffsetAndMetadata> offsets) {
        return TransactionalProducer.this.commit(records, offsets, member.get());
      }

      @Override
      public SizeBudget budget() {
        return budget;
      }

      @Override
      public TopicOutages outages() {
        return outages;
      }

      @Override
      public void failIfStopping() {
        TransactionalProducer.this.failIfStopping();
      }
    };
  }

  private Verdict commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    Producer<byte[], byte[]> current = producer();
    SentRecords sent = new SentRecords(current, ticker);
    try {
      current.beginTransaction();
      records.forEach(sent::send);
      sent.await(outages::dispensable, LONGEST_WAIT);
      if (outages.failed(sent.unwritten())) {
        return abandon(current, Verdict.ABORTED);
      }
      if (!offsets.isEmpty()) {
        current.sendOffsetsToTransaction(offsets, group);
      }
      current.commitTransaction();
      failures = 0;
      outages.written(records);
      health.working("transactions");
      return Verdict.COMMITTED;
    } catch (CommitFailedException e) {
      log.info("no longer a member of the group, nothing was committed: {}", e.getMessage());
      return abort(current, Verdict.REFUSED);
    } catch (KafkaException e) {
      failures++;
      if (!sent.tooLarge().isEmpty()) {
        sent.tooLarge().forEach(this::tooLarge);
        return abort(current, Verdict.ABORTED);
      }
      if (outages.failed(sent.refusing())) {
        return abandon(current, Verdict.UNKNOWN);
      }
      health.failing("transactions", describe(e) + notTaking(sent.unwritten().keySet()));
      renew();
      if (failures > 1) {
        pause(REBUILD.after(failures));
      }
      return Verdict.UNKNOWN;
    } catch (RuntimeException | Error e) {
      // It may be inside a transaction and could not begin another one.
      closeProducer();
      throw e;
    }
  }

  private void tooLarge(ProducerRecord<byte[], byte[]> record) {
    budget.refused(record);
    health.failing(
        "transactions",
        "%s does not accept a record of %d bytes (max.message.bytes); it is truncated or failed"
            .formatted(record.topic(), SizeBudget.size(record)));
  }

  /** Describes a failure, with the remedy if an operator must act. */
  private String describe(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case TransactionalIdAuthorizationException e -> {
          return "Kafka denies this worker its transactional id "
              + transactionalId
              + ": "
              + e.getMessage();
        }
        case AuthorizationException e -> {
          return "Kafka denies this worker a permission it needs: " + e.getMessage();
        }
        case AuthenticationException e -> {
          return "Kafka rejects this worker's credentials: " + e.getMessage();
        }
        case OffsetMetadataTooLarge e -> {
          return "offset.metadata.max.bytes of the brokers is below " + WindowCodec.MAX_LENGTH;
        }
        case ProducerFencedException e -> {
          return "another worker runs under the same name (" + transactionalId + ")";
        }
        default -> {}
      }
    }
    return "a transaction failed: " + failure.getMessage();
  }

  private static String notTaking(Set<String> topics) {
    return topics.isEmpty()
        ? ""
        : "; no records could be written to "
            + topics.stream().sorted().collect(Collectors.joining(", "))
            + ": check their leaders, their in-sync replicas and the worker's rights";
  }

  private Verdict abort(Producer<byte[], byte[]> current, Verdict verdict) {
    try {
      current.abortTransaction();
      return verdict;
    } catch (KafkaException e) {
      renew();
      return Verdict.UNKNOWN;
    }
  }

  /**
   * Goes on under another transactional id, while a thread aborts the transaction. An abort is
   * complete once each partition has its marker, and a partition without enough in-sync replicas
   * takes none; until then Kafka begins no other transaction of the same id.
   */
  private Verdict abandon(Producer<byte[], byte[]> current, Verdict verdict) {
    closeMeters();
    producer = null;
    threads.start(Thread.ofVirtual().name("abort of " + transactionalId), () -> end(current));
    takeNewId();
    renew();
    return verdict;
  }

  private static void end(Producer<byte[], byte[]> abandoned) {
    try (abandoned) {
      abandoned.abortTransaction();
    } catch (KafkaException e) {
      // Kafka aborts it after its timeout.
      log.info("cannot abort a transaction: {}", e.getMessage());
    }
  }

  private void takeNewId() {
    transactionalId = name + "." + ticker.now().toEpochMilli();
  }

  /** Ends a transaction that an earlier process left open under the transactional id. */
  public void start() {
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
        fresh = kafka.producer(settings());
        fresh.initTransactions();
        producer = fresh;
        kafkaMeters = kafka.clients().meters(fresh, meters);
        if (failures == 0) {
          health.working("transactions");
        }
        return fresh;
      } catch (KafkaException e) {
        if (fresh != null) {
          fresh.close(Duration.ZERO);
        }
        if (e instanceof TimeoutException) {
          // The last transaction of this id may wait for a partition that takes no marker.
          takeNewId();
        }
        health.failing(
            "transactions",
            kafka.bootstrapServers() + " does not start transactions: " + describe(e));
        pause(REBUILD.after(attempt));
      }
    }
  }

  private void failIfStopping() {
    if (givingUp.getAsBoolean()) {
      throw new GaveUpException();
    }
  }

  private void pause(Duration wait) {
    failIfStopping();
    try {
      ticker.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GaveUpException();
    }
  }

  private Map<String, Object> settings() {
    return Map.of(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId,
        // The longest that a dead worker's open transaction blocks its successor.
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 8_000,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 8_000,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
        ProducerConfig.MAX_BLOCK_MS_CONFIG, 8_000,
        // The broker rejects a new transaction until it has completed the previous one.
        ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 10,
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD,
        ProducerConfig.LINGER_MS_CONFIG, 0,
        ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
  }

  private void closeProducer() {
    closeMeters();
    Producer<byte[], byte[]> current = producer;
    if (current != null) {
      current.close(Duration.ZERO);
      producer = null;
    }
  }

  private void closeMeters() {
    if (kafkaMeters != null) {
      kafkaMeters.close();
      kafkaMeters = null;
    }
  }

  @Override
  public void close() {
    closeMeters();
    Producer<byte[], byte[]> current = producer;
    if (current != null) {
      current.close(Duration.ofSeconds(2));
    }
  }
}
