package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The names of the stores and their keys, which name the changelogs and what is in them. */
class GoldenStoreKeysTest extends FanOutTest {
  @Test
  void storesKeepTheirNamesAndKeys() throws IOException {
    UUID campaign = fixture.campaign(sender, 1);
    command("start", campaign);
    turns(3);
    SendRequest request = requests().getFirst();
    command("pause", campaign);
    turns(3);
    giveBack(request);

    List<String> keys = new ArrayList<>();
    driver
        .getAllStateStores()
        .keySet()
        .forEach(store ->
            driver
                .getKeyValueStore(store)
                .all()
                .forEachRemaining(entry -> keys.add(store + " " + entry.key)));
    assertThat(keys)
        .containsExactlyInAnyOrderElementsOf(
            golden()
                .flatMap(line -> line.contains("{topic}") ? inputs(line) : Stream.of(line))
                .map(line ->
                    line.replace("{campaign}", campaign.toString())
                        .replace("{recipient}", Long.toString(request.recipientId()))
                        .replace("{partition}", "0"))
                .toList());
  }

  private static Stream<String> inputs(String line) {
    return Stream.of(TOPICS.campaignCommands(), TOPICS.returnedRequests())
        .map(topic -> line.replace("{topic}", topic));
  }

  private static Stream<String> golden() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/golden/store-keys.txt")).stream();
  }
}
