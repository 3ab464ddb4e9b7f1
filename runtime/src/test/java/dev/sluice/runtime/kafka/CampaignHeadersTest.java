package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

class CampaignHeadersTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final UUID CAMPAIGN = new UUID(1, 2);

  private final CampaignHeaders headers = new CampaignHeaders();

  @Test
  void sayWhatARecordIsAndWhose() {
    assertThat(texts(headers.of(EventType.SEND_RESULT, CAMPAIGN)))
        .isEqualTo(Map.of("type", "send-result", "campaign", CAMPAIGN.toString()));
    assertThat(texts(EventType.CONTROL.headers())).isEqualTo(Map.of("type", "control"));
  }

  @Test
  void carryTheTraceOfTheCampaignsRecords() {
    headers.hear(CAMPAIGN, headers("traceparent", TRACE));
    headers.hear(CAMPAIGN, headers(List.of()));
    headers.hear(new UUID(3, 4), headers("traceparent", TRACE.replace('7', '8')));

    assertThat(texts(headers.of(EventType.SEND_RESULT, CAMPAIGN)))
        .containsEntry("traceparent", TRACE);
    assertThat(texts(headers.of(EventType.SEND_RESULT, new UUID(5, 6))))
        .doesNotContainKey("traceparent");
  }

  @Test
  void passOverATraceThatNobodyCanRead() {
    for (String odd :
        List.of(
            "", "1", TRACE.toUpperCase(Locale.ROOT), TRACE + "\n", TRACE + "-" + "x".repeat(500))) {
      headers.hear(CAMPAIGN, headers("traceparent", odd));
    }

    assertThat(texts(headers.of(EventType.SEND_RESULT, CAMPAIGN))).doesNotContainKey("traceparent");
  }

  @Test
  void ofADeadLetterAreTheOriginals() {
    Headers original = headers("campaign", CAMPAIGN.toString());
    original.add(new TextHeader("type", "send-result"));
    original.add(new TextHeader("traceparent", "x".repeat(1_000)));

    assertThat(texts(CampaignHeaders.belonging(original)))
        .isEqualTo(Map.of("campaign", CAMPAIGN.toString()));
  }

  private static Headers headers(String name, String text) {
    return headers(List.of(new TextHeader(name, text)));
  }

  private static Headers headers(List<Header> all) {
    return new ProducerRecord<>("topic", null, "key", "value", all).headers();
  }

  private static Map<String, String> texts(List<Header> headers) {
    return headers.stream()
        .collect(
            Collectors.toMap(
                Header::key, header -> new String(header.value(), StandardCharsets.UTF_8)));
  }
}
