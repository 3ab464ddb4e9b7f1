package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.DeadLetter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The headers of each type of record, as other versions and other programs know them. */
class GoldenHeadersTest {
  private static final UUID CAMPAIGN = UUID.fromString("3fe21825-0f3c-4d3a-9a51-3a1e5d1c7b10");
  private static final DeadLetter LETTER =
      new DeadLetter("sluice.send-results", 3, 17, "unreadable");

  static Stream<Map<String, String>> golden() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/golden/headers.txt")).stream()
        .map(line -> {
          Map<String, String> headers = new LinkedHashMap<>();
          for (String header : line.split(" ", -1)) {
            String[] parts = header.split("=", 2);
            headers.put(parts[0], parts[1]);
          }
          return headers;
        });
  }

  @ParameterizedTest
  @MethodSource("golden")
  void aRecordKeepsItsHeaders(Map<String, String> golden) {
    Headers written =
        new ProducerRecord<>("topic", null, "key", "value", TextHeader.all(golden)).headers();
    CampaignHeaders heard = new CampaignHeaders();
    heard.hear(CAMPAIGN, written);

    assertThat(texts(written(golden.get("type"), heard, written))).isEqualTo(golden);
    assertThat(CampaignHeaders.traceparent(written)).isEqualTo(golden.get("traceparent"));
  }

  @Test
  void everyTypeIsThere() throws IOException {
    assertThat(golden().map(headers -> headers.get("type")))
        .containsExactlyElementsOf(Stream.of(EventType.values()).map(EventType::text).toList());
  }

  private static Iterable<Header> written(
      String type, CampaignHeaders campaigns, Headers original) {
    EventType one =
        Stream.of(EventType.values()).filter(t -> t.text().equals(type)).findAny().orElseThrow();
    return one == EventType.DEAD_LETTER
        ? DeadLetterRecord.of(null, null, 0, LETTER, CampaignHeaders.belonging(original)).headers()
        : campaigns.of(one, CAMPAIGN);
  }

  private static Map<String, String> texts(Iterable<Header> headers) {
    Map<String, String> texts = new LinkedHashMap<>();
    headers.forEach(
        header -> texts.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
    return Collections.unmodifiableMap(texts);
  }
}
