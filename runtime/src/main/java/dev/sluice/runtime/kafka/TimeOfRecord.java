package dev.sluice.runtime.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Extracts a record's timestamp, or 0 if it has none. Brokers accept such records, and Kafka
 * Streams' default extractor would let them end a stream thread.
 */
public final class TimeOfRecord implements TimestampExtractor {
  /** For Kafka Streams, which instantiates it. */
  public TimeOfRecord() {}

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return Math.max(0, record.timestamp());
  }
}
