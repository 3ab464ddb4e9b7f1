package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.state.Announced;
import dev.sluice.producer.state.AnnouncedStore;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.schema.CampaignStatus;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Every record names its type, its campaign and its trace. */
class HeadersTest extends FanOutTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void theTraceOfACommandIsThatOfWhatComesOfIt() {
    UUID campaign = fixture.campaign(sender, 3);
    fixture.setVariables(campaign, "+5511960000001", "{}");
    traced("start", campaign);
    turns(3);
    command("pause", campaign);
    turns(3);
    traced("hop", campaign);

    assertThat(headersOf(requests)).hasSize(2).containsOnly(of("send-request", campaign));
    assertThat(headersOf(results)).containsExactly(of("send-result", campaign));
    assertThat(headersOf(controls)).hasSize(2).containsOnly(of("control", campaign));
    assertThat(headersOf(events)).hasSize(2).containsOnly(of("campaign-event", campaign));
    assertThat(headersOf(deadLetters).getFirst())
        .containsEntry("type", "dead-letter")
        .containsEntry("traceparent", TRACE);
  }

  @Test
  void whatHasNoTraceGetsNone() {
    UUID campaign = fixture.campaign(sender, 1);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.minusSeconds(1));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    TestOutputTopic<String, byte[]> starts = output(TOPICS.campaignCommands());
    turns(5);

    assertThat(headersOf(starts))
        .contains(Map.of("type", "campaign-command", "campaign", campaign.toString()));
    command("start", campaign);
    turns(3);
    assertThat(headersOf(requests))
        .containsExactly(Map.of("type", "send-request", "campaign", campaign.toString()));
  }

  /** After a restart the trace comes from the store. */
  @Test
  void aSuccessorGoesOnWithTheTrace() {
    UUID campaign = fixture.campaign(sender, 1);
    traced("start", campaign);
    turns(3);

    AnnouncedStore kept = new AnnouncedStore(driver.getKeyValueStore(FanOutTopology.ANNOUNCED));
    assertThat(kept.open())
        .extractingByKey(campaign)
        .extracting(Announced::traceparent)
        .isEqualTo(TRACE);
  }

  private void traced(String command, UUID campaign) {
    TestRecord<String, String> record =
        new TestRecord<>(campaign.toString(), json(command, campaign), now);
    record.headers().add(new TextHeader("traceparent", TRACE));
    commands.pipeInput(record);
  }

  private static Map<String, String> of(String type, UUID campaign) {
    return Map.of("type", type, "campaign", campaign.toString(), "traceparent", TRACE);
  }

  private static List<Map<String, String>> headersOf(TestOutputTopic<String, byte[]> topic) {
    return topic.readRecordsToList().stream()
        .map(record -> {
          Map<String, String> headers = new HashMap<>();
          record
              .headers()
              .forEach(
                  one -> headers.put(one.key(), new String(one.value(), StandardCharsets.UTF_8)));
          return headers;
        })
        .toList();
  }
}
