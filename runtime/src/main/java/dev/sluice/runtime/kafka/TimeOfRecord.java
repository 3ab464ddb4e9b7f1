package dev.sluice.runtime.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** A record's time as it is; brokers take records without one, and those must not end a thread. */
public final class TimeOfRecord implements TimestampExtractor {
  /** Kafka Streams makes it. */
  public TimeOfRecord() {}

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return Math.max(0, record.timestamp());
  }
}
