package dev.sluice.providers.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Reads the file that configuration.md shows for a provider of one's own. */
class DocumentedProviderTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```json\\n(.*?)^```$");

  @Test
  void theDocumentedFileHasEveryFieldAndIsRead(@TempDir Path folder) throws Exception {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", "configuration.md")));
    assertThat(block.find()).isTrue();
    Path file = Files.writeString(folder.resolve("sms.json"), block.group(1));
    JsonNode documented = Json.MAPPER.readTree(block.group(1));

    HttpProviderConfig config = HttpProviderConfig.read(file);

    // A field that is not known would be ignored.
    assertThat(documented.propertyNames())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(HttpProviderConfig.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList());
    assertThat(config.template()).isNotNull();
    assertThat(config.base()).hasToString("https://sms.example.org/");
    assertThat(config.retry()).containsExactlyInAnyOrder(429, 503);
  }
}
