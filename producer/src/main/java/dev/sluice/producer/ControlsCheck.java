package dev.sluice.producer;

import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.DeadLetterRecord;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Writes unreadable controls to the dead letters, each once. Other readers of the topic skip them,
 * after every restart again.
 */
final class ControlsCheck implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Pattern KEY =
      Pattern.compile("campaign/[0-9a-fA-F-]{36}|sender/[A-Za-z0-9._-]{1,100}");

  private final OutputMeters meters;
  private ProcessorContext<byte[], byte[]> context;

  // Kafka Streams calls init before anything else.
  @SuppressWarnings("NullAway.Init")
  ControlsCheck(OutputMeters meters) {
    this.meters = meters;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> newContext) {
    context = newContext;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    try {
      String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
      if (!KEY.matcher(key).matches()) {
        throw new UnreadableEventException("the key names neither a campaign nor a sender");
      }
      // A tombstone removes the control.
      if (record.value() != null) {
        Json.read(record.value(), Control.class);
      }
    } catch (UnreadableEventException e) {
      RecordMetadata place = context.recordMetadata().orElseThrow();
      DeadLetter letter =
          new DeadLetter(place.topic(), place.partition(), place.offset(), e.getMessage());
      meters.deadLetter(Refusal.UNREADABLE, letter);
      context.forward(
          DeadLetterRecord.of(
              record.key(),
              record.value(),
              record.timestamp(),
              letter,
              CampaignHeaders.belonging(record.headers())));
    }
  }
}
