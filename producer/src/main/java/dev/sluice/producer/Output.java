package dev.sluice.producer;

import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.DeadLetterRecord;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.tracing.Journey;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
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
  private final InstantSource clock;
  private final Traces traces;
  private final CampaignHeaders headers = new CampaignHeaders();
  private final OutputMeters meters;

  Output(
      ProcessorContext<byte[], byte[]> context,
      InstantSource clock,
      OutputMeters meters,
      Traces traces) {
    this.context = context;
    this.clock = clock;
    this.traces = traces;
    this.meters = meters;
  }

  /** Sets the trace of the campaign's records from now on; null leaves it unchanged. */
  void trace(UUID campaignId, @Nullable String traceparent) {
    headers.trace(campaignId, traceparent);
  }

  /**
   * Writes a request.
   *
   * @param since when its page was asked for, or null if it was written before
   */
  void request(SendRequest request, @Nullable Instant since) {
    meters.request(request.sender().id());
    List<Header> itsHeaders = headers.of(EventType.SEND_REQUEST, request.campaignId());
    trace(request.campaignId(), request.recipientId(), request.round(), itsHeaders, since);
    forward(request.laneKey().toString(), request, itsHeaders, REQUESTS);
  }

  void command(CampaignCommand command) {
    forward(command.campaignId(), command, EventType.CAMPAIGN_COMMAND, COMMANDS);
  }

  /**
   * Writes the result of a recipient to whom nothing is sent.
   *
   * @param since when its page was asked for, or null if its request was written before
   */
  void result(SendResult result, @Nullable Instant since) {
    List<Header> itsHeaders = headers.of(EventType.SEND_RESULT, result.campaignId());
    trace(result.campaignId(), result.recipientId(), result.round(), itsHeaders, since);
    forward(result.campaignId().toString(), result, itsHeaders, RESULTS);
  }

  private void trace(
      UUID campaignId,
      long recipientId,
      int round,
      List<Header> itsHeaders,
      @Nullable Instant since) {
    if (since == null) {
      return;
    }
    Journey journey = traces.of(campaignId, recipientId, round, itsHeaders);
    if (journey != null) {
      journey.fannedOut(since, clock.instant());
    }
  }

  void control(UUID campaignId, Control control) {
    forward(
        Control.campaignKey(campaignId),
        control,
        headers.of(EventType.CONTROL, campaignId),
        CONTROLS);
  }

  void event(CampaignEvent event) {
    meters.event(event.event());
    forward(event.campaignId(), event, EventType.CAMPAIGN_EVENT, EVENTS);
  }

  /**
   * Writes a record to the dead letters.
   *
   * @param belonging the headers that name its campaign and trace
   */
  void deadLetter(
      Refusal refusal,
      byte @Nullable [] key,
      byte @Nullable [] value,
      DeadLetter letter,
      Iterable<Header> belonging) {
    meters.deadLetter(refusal, letter);
    context.forward(
        DeadLetterRecord.of(key, value, clock.millis(), letter, belonging), DEAD_LETTERS);
  }

  /** Requests a commit; records become visible to workers only then. */
  void commitSoon() {
    context.commit();
  }

  private void forward(UUID campaignId, Object value, EventType type, String sink) {
    forward(campaignId.toString(), value, headers.of(type, campaignId), sink);
  }

  private void forward(String key, Object value, List<Header> itsHeaders, String sink) {
    var record =
        new Record<>(key.getBytes(StandardCharsets.UTF_8), Json.write(value), clock.millis());
    itsHeaders.forEach(record.headers()::add);
    context.forward(record, sink);
  }

  /** Returns a lane's partition, by the lane's rule instead of the key's hash. */
  static Optional<Set<Integer>> lanePartition(
      String topic, byte[] key, byte[] value, int partitions) {
    LaneKey lane = LaneKey.parse(new String(key, StandardCharsets.UTF_8));
    return Optional.of(Set.of(lane.partition(partitions)));
  }
}
