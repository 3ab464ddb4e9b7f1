package dev.sluice.producer;

import dev.sluice.runtime.kafka.DeadLetterRecord;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Writes the fan-out's records to their topics. */
final class Output {
  static final String REQUESTS = "send-requests";
  static final String COMMANDS = "campaign-commands-out";
  static final String RESULTS = "send-results";
  static final String CONTROLS = "controls";
  static final String EVENTS = "campaign-events";
  static final String DEAD_LETTERS = "dead-letters";

  private final ProcessorContext<byte[], byte[]> context;

  Output(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  void request(SendRequest request) {
    forward(request.laneKey().toString(), request, REQUESTS);
  }

  void command(CampaignCommand command) {
    forward(command.campaignId().toString(), command, COMMANDS);
  }

  void result(SendResult result) {
    forward(result.campaignId().toString(), result, RESULTS);
  }

  void control(UUID campaignId, Control control) {
    forward(Control.campaignKey(campaignId), control, CONTROLS);
  }

  void event(CampaignEvent event) {
    forward(event.campaignId().toString(), event, EVENTS);
  }

  void deadLetter(byte @Nullable [] key, byte @Nullable [] value, DeadLetter letter) {
    context.forward(
        DeadLetterRecord.of(key, value, context.currentSystemTimeMs(), letter), DEAD_LETTERS);
  }

  /** Visible to workers only once it is committed. */
  void commitSoon() {
    context.commit();
  }

  private void forward(String key, Object value, String sink) {
    context.forward(
        new Record<>(
            key.getBytes(StandardCharsets.UTF_8), Json.write(value), context.currentSystemTimeMs()),
        sink);
  }

  /** A lane's partition, by the lane's rule instead of the key's hash. */
  static Optional<Set<Integer>> lanePartition(
      String topic, byte[] key, byte[] value, int partitions) {
    LaneKey lane = LaneKey.parse(new String(key, StandardCharsets.UTF_8));
    return Optional.of(Set.of(lane.partition(partitions)));
  }
}
