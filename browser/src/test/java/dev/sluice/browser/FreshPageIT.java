package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Tests that the page waits for no row: no aggregator is there that could write one. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class FreshPageIT {
  private static final int PEOPLE = 1_000;

  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final Browser browser = PAGE.browser();

  @Test
  void outcomesAreOnThePageThoughNoRowIsWritten() throws Exception {
    PageCampaign campaign = PAGE.campaign("Under way", "Hi");
    campaign.open();
    browser.awaitText(".badge", "draft");
    campaign.set(
        "status = 'SENDING', total = %d, started_at = clock_timestamp()".formatted(PEOPLE));
    browser.awaitText(".badge", "sending");

    int sent = 0;
    try (KafkaProducer<byte[], byte[]> results =
        new KafkaProducer<>(
            PAGE.kafka().client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
      // The console reads the topic from its end, which it may not have found yet.
      while (browser.count("sent") == 0 || browser.count("failed") == 0) {
        RecipientStatus outcome = sent % 2 == 0 ? RecipientStatus.SENT : RecipientStatus.FAILED;
        results
            .send(
                new ProducerRecord<>(
                    PAGE.kafka().topics().sendResults(),
                    campaign.id().getBytes(StandardCharsets.UTF_8),
                    Json.write(result(++sent, campaign.id(), outcome))))
            .get();
        assertThat(sent).isLessThan(PEOPLE);
      }
    }

    JsonNode written = campaign.kept().path("counts");
    assertThat(written.path("sent").asLong(-1)).isZero();
    assertThat(written.path("failed").asLong(-1)).isZero();
  }

  private static SendResult result(int recipient, String campaign, RecipientStatus outcome) {
    return SendResult.of(recipient, UUID.fromString(campaign), 1, outcome, Instant.now())
        .messageId("wamid." + recipient)
        .error(outcome == RecipientStatus.FAILED ? "131026" : null, null)
        .attempts(1)
        .build();
  }
}
