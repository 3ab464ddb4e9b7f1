package dev.sluice.producer;

import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Holds a record that Kafka refused against its campaign, which would write the same again. Records
 * are kept well below Kafka's defaults; topics may allow less.
 */
final class TooLarge implements Consumer<ProducerRecord<byte[], byte[]>> {
  private final Topics topics;
  private final Faults faults;
  private final Counter refused;

  TooLarge(Topics topics, Faults faults, MeterRegistry meters) {
    this.topics = topics;
    this.faults = faults;
    refused =
        Counter.builder("sluice.producer.refused")
            .description("Records that Kafka refused as too large")
            .register(meters);
  }

  @Override
  public void accept(ProducerRecord<byte[], byte[]> record) {
    refused.increment();
    if (!record.topic().equals(topics.sendRequests())) {
      return;
    }
    UUID campaign = Json.read(record.value(), SendRequest.class).campaignId();
    faults.hopeless(
        campaign,
        "a message of "
            + record.value().length
            + " bytes is larger than "
            + record.topic()
            + " allows");
  }
}
