package dev.sluice.aggregator;

import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.DeadLetterRecord;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Writes a task's records to their topics. */
final class Output {
  static final String DEAD_LETTERS = "dead-letters";
  static final String COMMANDS = "campaign-commands";

  private final ProcessorContext<byte[], byte[]> context;
  private final Topics topics;
  private final Map<String, Counter> refused;

  Output(ProcessorContext<byte[], byte[]> context, Topics topics, MeterRegistry meters) {
    this.context = context;
    this.topics = topics;
    refused =
        Stream.of("unreadable", "unknown", "database", "room")
            .collect(Collectors.toUnmodifiableMap(cause -> cause, cause -> refused(meters, cause)));
  }

  /** Registers a counter at start-up, so that alerts find it before its first increment. */
  private static Counter refused(MeterRegistry meters, String cause) {
    return Counter.builder("sluice.aggregator.refused")
        .description("Results that went to the dead letters")
        .tag("cause", cause)
        .register(meters);
  }

  /** Writes the current record, which is unusable, to the dead letters. */
  void deadLetter(Record<byte[], byte[]> record, String reason, String cause) {
    RecordMetadata at = context.recordMetadata().orElseThrow();
    deadLetter(
        record.key(),
        record.value(),
        new DeadLetter(at.topic(), at.partition(), at.offset(), reason),
        CampaignHeaders.belonging(record.headers()),
        cause);
  }

  /** Writes a result that can never be written to PostgreSQL to the dead letters. */
  void deadLetter(SendResult result, String reason, String cause) {
    DeadLetter letter =
        new DeadLetter(topics.sendResults(), context.taskId().partition(), -1, reason);
    deadLetter(
        key(result.campaignId()),
        Json.write(result),
        letter,
        List.of(CampaignHeaders.campaign(result.campaignId())),
        cause);
  }

  /** Writes a stored result that cannot be read to the dead letters. */
  void deadLetter(String storedUnder, byte[] stored) {
    DeadLetter letter =
        new DeadLetter(
            topics.sendResults(),
            context.taskId().partition(),
            -1,
            "cannot be read in the store: is it of a later version?");
    byte[] key = PendingResults.campaignIn(storedUnder).getBytes(StandardCharsets.UTF_8);
    deadLetter(key, stored, letter, List.of(), "unreadable");
  }

  private void deadLetter(
      byte @Nullable [] key,
      byte @Nullable [] value,
      DeadLetter letter,
      List<Header> belonging,
      String cause) {
    Objects.requireNonNull(refused.get(cause)).increment();
    context.forward(
        DeadLetterRecord.of(key, value, System.currentTimeMillis(), letter, belonging),
        DEAD_LETTERS);
  }

  /** Requests a pause of a campaign. */
  void pause(UUID campaignId, String reason) {
    long now = System.currentTimeMillis();
    CampaignCommand pause =
        new CampaignCommand(
            CampaignCommand.Action.PAUSE,
            campaignId,
            "status-aggregator",
            Instant.ofEpochMilli(now),
            reason,
            null);
    var record = new Record<>(key(campaignId), Json.write(pause), now);
    EventType.CAMPAIGN_COMMAND.headers(campaignId).forEach(record.headers()::add);
    context.forward(record, COMMANDS);
  }

  private static byte[] key(UUID campaignId) {
    return campaignId.toString().getBytes(StandardCharsets.UTF_8);
  }
}
