package dev.sluice.worker;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The records of one transaction. */
final class Batch {
  private final Topics topics;
  private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

  Batch(Topics topics) {
    this.topics = topics;
  }

  void result(SendResult result) {
    records.add(
        new ProducerRecord<>(
            topics.sendResults(), utf8(result.campaignId().toString()), Json.write(result)));
  }

  /** Puts a request back at the tail of its lane, in the partition where it was. */
  void requeue(int partition, SendRequest request) {
    LaneKey lane = request.laneKey();
    records.add(
        new ProducerRecord<>(
            topics.sendRequests(), partition, utf8(lane.toString()), Json.write(request)));
  }

  void deadLetter(ConsumerRecord<byte[], byte[]> original, String reason) {
    DeadLetter letter =
        new DeadLetter(original.topic(), original.partition(), original.offset(), reason);
    records.add(
        new ProducerRecord<>(
            topics.deadLetters(), null, original.key(), original.value(), letter.headers()));
  }

  void control(String key, Control control) {
    records.add(new ProducerRecord<>(topics.controls(), utf8(key), Json.write(control)));
  }

  void command(CampaignCommand command) {
    records.add(
        new ProducerRecord<>(
            topics.campaignCommands(), utf8(command.campaignId().toString()), Json.write(command)));
  }

  List<ProducerRecord<byte[], byte[]>> records() {
    return records;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
