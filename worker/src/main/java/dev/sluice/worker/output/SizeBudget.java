package dev.sluice.worker.output;

import dev.sluice.schema.Topics;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The largest records that the topics accept: the defaults of Kafka and Sluice, reduced once a
 * broker has refused one. Used by the worker's thread and by the Kafka producer's.
 */
public final class SizeBudget {
  /** Kafka's default limit for a batch of records is 1,048,588 bytes. */
  static final int DEFAULT = 1_000_000;

  /** Overhead of a record besides key, value and headers, bytes. */
  private static final int OVERHEAD = 512;

  private final Map<String, Integer> largest = new HashMap<>();

  public SizeBudget(Topics topics) {
    largest.put(topics.deadLetters(), Topics.LARGEST_RECORD);
  }

  /** Returns the largest record of a topic, bytes. */
  synchronized int of(String topic) {
    return largest.getOrDefault(topic, DEFAULT);
  }

  boolean fits(ProducerRecord<byte[], byte[]> record) {
    return size(record) <= of(record.topic());
  }

  /** Records that a broker has refused this record: lowers the limit well below its size. */
  synchronized void refused(ProducerRecord<byte[], byte[]> record) {
    int less = size(record) / 4 * 3;
    largest.merge(record.topic(), less, Math::min);
  }

  static int size(ProducerRecord<byte[], byte[]> record) {
    int size = OVERHEAD + length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      size += header.key().length() + length(header.value());
    }
    return size;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
