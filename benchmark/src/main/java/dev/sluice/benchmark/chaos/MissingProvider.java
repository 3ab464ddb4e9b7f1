package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TemporaryFolder;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A deployment that has come half of the way: one of two workers has the file that describes a
 * sender's provider. What is in its lanes is sent, and the rest waits until the other worker has
 * the file as well; nobody fails.
 */
final class MissingProvider implements Incident {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String KNOWS = "worker 1";
  private static final String LACKS = "worker 2";

  private final Scene scene;
  private final CampaignRun victim;
  private TemporaryFolder folder;
  private Map<String, String> file;

  // They are made when it is prepared.
  @SuppressWarnings("NullAway.Init")
  MissingProvider(Scene scene) {
    this.scene = scene;
    victim = scene.victim(2_000, 80);
  }

  @Override
  public void prepare() throws Exception {
    folder = new TemporaryFolder("provider");
    file = Map.of("SLUICE_HTTP_PROVIDERS", described().toString());
    // Each of its lanes is in another partition.
    scene.sql(
        "UPDATE sluice.sender SET provider = 'gate', lanes = 8 WHERE id = ?", victim.sender());
    restart(KNOWS, file);
    restart(LACKS, Map.of());
    CampaignRun somebody = scene.victim(2_000, 150);
    somebody.start();
    await("workers are warm").atMost(PATIENCE).until(somebody::completed);
  }

  private Path described() throws Exception {
    Path headers =
        Files.writeString(folder.path().resolve("headers"), "Authorization: Bearer test-token\n");
    Map<String, Object> provider =
        Map.of(
            "name",
            "gate",
            "url",
            scene.simulator().url() + "/v25.0/{{address}}/messages",
            "headersFile",
            headers.toString(),
            "body",
            Map.of(
                "messaging_product", "whatsapp",
                "to", "{{to}}",
                "type", "text",
                "text", Map.of("body", "{{message.text.body}}"),
                "biz_opaque_callback_data", "{{callback_data}}"),
            "messageId",
            "/messages/0/id",
            "caFile",
            scene.fleet().variable("WHATSAPP_CA_FILE"));
    return Files.write(folder.path().resolve("gate.json"), Json.write(provider));
  }

  private void restart(String worker, Map<String, String> environment) throws Exception {
    scene.fleet().stop(worker);
    scene.fleet().start(worker, environment);
    await("everybody is ready").atMost(PATIENCE).until(scene.fleet()::ready);
  }

  @Override
  public void begin() throws Exception {
    victim.start();
    await("one worker sends").atMost(PATIENCE).until(() -> scene.taken(victim) > 80);
    await("the other one says what it lacks")
        .atMost(PATIENCE)
        .until(() -> scene.fleet().get(LACKS).health().contains("knows no provider"));
  }

  @Override
  public void end() throws Exception {
    try {
      assertThat(victim.completed()).isFalse();
      restart(LACKS, file);
      await("the rest is sent").atMost(PATIENCE).until(victim::completed);
      assertThat(victim.counts()).containsOnlyKeys(RecipientStatus.SENT);
    } finally {
      folder.close();
    }
  }
}
