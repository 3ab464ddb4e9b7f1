package dev.sluice.worker.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final Topics TOPICS = new Topics("t.");
  private static final UUID CAMPAIGN = new UUID(1, 2);

  private final CampaignHeaders campaigns = new CampaignHeaders();
  private final RecordBatch batch =
      new RecordBatch(
          TOPICS,
          campaigns,
          new SizeBudget(TOPICS),
          new TopicOutages(TOPICS, new Health(), System::nanoTime));

  @Test
  void everyRecordSaysWhatItIsAndWhose() {
    List<Header> traced = List.of(new TextHeader("traceparent", TRACE));
    campaigns.hear(CAMPAIGN, new ProducerRecord<>("topic", null, "key", "value", traced).headers());
    batch.result(
        SendResult.of(1, CAMPAIGN, 1, RecipientStatus.SENT, Instant.EPOCH)
            .messageId("m")
            .attempts(1)
            .build());
    batch.returned(new ReturnedRequest(1, CAMPAIGN, 1, 0, null));
    batch.command(new CampaignCommand(CampaignCommand.Action.PAUSE, CAMPAIGN, "test", null));
    batch.requeue(
        0,
        new SendRequest(
            1,
            CAMPAIGN,
            1,
            new SendRequest.Sender("s", "p", "a"),
            0,
            1,
            "+1",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            1,
            null),
        null);
    batch.control("sender/s", new Control(Control.State.BLOCKED, "test"));

    assertThat(batch.records())
        .extracting(RecordBatchTest::headers)
        .containsExactly(
            of("send-result"),
            of("returned-request"),
            of("campaign-command"),
            of("send-request"),
            Map.of("type", "control"));
  }

  @Test
  void aDeadLetterBelongsToWhomItsOriginalDid() {
    ConsumerRecord<byte[], byte[]> original =
        new ConsumerRecord<>(TOPICS.sendRequests(), 3, 7, new byte[0], new byte[1]);
    original.headers().add(new TextHeader("type", "send-request"));
    original.headers().add(new TextHeader("traceparent", TRACE));
    batch.deadLetter(original, "odd");

    assertThat(headers(batch.records().getFirst()))
        .containsEntry("type", "dead-letter")
        .containsEntry("traceparent", TRACE)
        .containsEntry("offset", "7");
  }

  private static Map<String, String> of(String type) {
    return Map.of("type", type, "campaign", CAMPAIGN.toString(), "traceparent", TRACE);
  }

  private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new HashMap<>();
    record
        .headers()
        .forEach(one -> headers.put(one.key(), new String(one.value(), StandardCharsets.UTF_8)));
    return headers;
  }
}
