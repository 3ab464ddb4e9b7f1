package dev.sluice.worker.output;

import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The records of one transaction, none larger than its topic allows. */
public final class RecordBatch {
  /** The longest key kept in a truncated dead letter, bytes. */
  private static final int LONGEST_KEY = 1_024;

  /** Reserved for the headers of a truncated dead letter, bytes. */
  private static final int HEADERS = 8 * 1_024;

  private final Topics topics;
  private final CampaignHeaders campaigns;
  private final SizeBudget budget;
  private final TopicOutages outages;
  private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

  public RecordBatch(
      Topics topics, CampaignHeaders campaigns, SizeBudget budget, TopicOutages outages) {
    this.outages = outages;
    this.topics = topics;
    this.campaigns = campaigns;
    this.budget = budget;
  }

  public void result(SendResult result) {
    add(topics.sendResults(), EventType.SEND_RESULT, result.campaignId(), result);
  }

  /** Adds a returned request; returns false if none can be written now. */
  public boolean returned(ReturnedRequest request) {
    return takesReturned()
        && add(
            topics.returnedRequests(), EventType.RETURNED_REQUEST, request.campaignId(), request);
  }

  /** Returns whether returned requests can be written now. */
  public boolean takesReturned() {
    return outages.admits(topics.returnedRequests());
  }

  /** Adds a command; returns false if none can be written now. */
  public boolean command(CampaignCommand command) {
    String topic = topics.campaignCommands();
    return outages.admits(topic)
        && add(topic, EventType.CAMPAIGN_COMMAND, command.campaignId(), command);
  }

  private boolean add(String topic, EventType type, UUID campaign, Object event) {
    return records.add(
        new ProducerRecord<>(
            topic,
            null,
            utf8(campaign.toString()),
            Json.write(event),
            campaigns.of(type, campaign)));
  }

  /** Adds a control; returns false if none can be written now. */
  public boolean control(String key, Control control) {
    String topic = topics.controls();
    return outages.admits(topic)
        && records.add(
            new ProducerRecord<>(
                topic, null, utf8(key), Json.write(control), EventType.CONTROL.headers()));
  }

  /**
   * Adds a copy of a request at the tail of its lane, in its original partition.
   *
   * @param writtenAt when the producer wrote the original, or null for the time of sending
   * @return false if its record would be larger than the topic allows
   */
  public boolean requeue(int partition, SendRequest request, @Nullable Instant writtenAt) {
    ProducerRecord<byte[], byte[]> copy =
        new ProducerRecord<>(
            topics.sendRequests(),
            partition,
            writtenAt == null ? null : writtenAt.toEpochMilli(),
            utf8(request.laneKey().toString()),
            Json.write(request),
            campaigns.of(EventType.SEND_REQUEST, request.campaignId()));
    return budget.fits(copy) && records.add(copy);
  }

  /** Adds a dead letter; returns false if none can be written now. */
  public boolean deadLetter(ConsumerRecord<byte[], byte[]> original, String reason) {
    if (!takesDeadLetters()) {
      return false;
    }
    List<Header> headers = new ArrayList<>(CampaignHeaders.belonging(original.headers()));
    headers.add(EventType.DEAD_LETTER.header());
    headers.addAll(
        TextHeader.all(
            new DeadLetter(original.topic(), original.partition(), original.offset(), reason)
                .headers()));
    ProducerRecord<byte[], byte[]> letter = deadLetter(original.key(), original.value(), headers);
    return records.add(budget.fits(letter) ? letter : truncated(letter));
  }

  /** Returns whether dead letters can be written now. */
  public boolean takesDeadLetters() {
    return outages.admits(topics.deadLetters());
  }

  private ProducerRecord<byte[], byte[]> truncated(ProducerRecord<byte[], byte[]> letter) {
    byte[] key = letter.key();
    byte[] value = letter.value();
    int room = Math.max(0, budget.of(letter.topic()) - HEADERS - LONGEST_KEY);
    List<Header> headers = new ArrayList<>(List.of(letter.headers().toArray()));
    headers.add(
        new TextHeader(DeadLetter.TRUNCATED, "of " + SizeBudget.size(letter) + " bytes in all"));
    return deadLetter(
        key != null && key.length > LONGEST_KEY ? null : key,
        value == null ? null : Arrays.copyOf(value, Math.min(value.length, room)),
        headers);
  }

  private ProducerRecord<byte[], byte[]> deadLetter(
      byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    return new ProducerRecord<>(topics.deadLetters(), null, key, value, headers);
  }

  public List<ProducerRecord<byte[], byte[]>> records() {
    return records;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
