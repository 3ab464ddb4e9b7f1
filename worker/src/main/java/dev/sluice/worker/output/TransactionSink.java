package dev.sluice.worker.output;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Commits transactions. */
public interface TransactionSink {
  /** How a transaction ended. */
  enum Verdict {
    COMMITTED,
    /** This worker is no longer a member of its group; nothing was committed. */
    REFUSED,
    /**
     * Nothing was committed, because of a record that was too large or of a topic that cannot be
     * written to. The next transaction goes by the lowered budget and the noted outage.
     */
    ABORTED,
    /** Unknown; the producer was renewed, which committed or aborted the transaction. */
    UNKNOWN
  }

  /**
   * Writes records and offsets in one transaction.
   *
   * @throws TransactionalProducer.GaveUpException if its end is unknown and the worker is stopping
   */
  Verdict commit(
      List<ProducerRecord<byte[], byte[]>> records, Map<TopicPartition, OffsetAndMetadata> offsets);

  /** Returns the largest records that may be written. */
  SizeBudget budget();

  /** Returns the topics that cannot be written to now. */
  TopicOutages outages();

  /**
   * Must be called before Kafka is tried again.
   *
   * @throws TransactionalProducer.GaveUpException if the worker is stopping
   */
  void failIfStopping();
}
