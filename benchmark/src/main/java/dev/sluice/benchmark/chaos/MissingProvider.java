package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.local.TemporaryFolder;
import dev.sluice.schema.RecipientStatus;
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
  private static final String PROVIDER = "new";
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
    Path described =
        new ProviderFiles(folder.path(), Path.of(scene.fleet().variable("WHATSAPP_CA_FILE")))
            .write(PROVIDER, scene.simulator().url());
    file =
        Map.of(
            ProviderFiles.VARIABLE,
            scene.fleet().variable(ProviderFiles.VARIABLE) + "," + described);
    // Each of its lanes is in another partition.
    scene.sql(
        "UPDATE sluice.sender SET provider = ?, lanes = 8 WHERE id = ?", PROVIDER, victim.sender());
    restart(KNOWS, file);
    restart(LACKS, Map.of());
    CampaignRun somebody = scene.victim(2_000, 150);
    somebody.start();
    await("workers are warm").atMost(PATIENCE).until(somebody::completed);
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
  public void tookPlace() {
    assertThat(victim.completed()).isFalse();
  }

  @Override
  public void end() throws Exception {
    try {
      restart(LACKS, file);
      await("the rest is sent").atMost(PATIENCE).until(victim::completed);
      assertThat(victim.counts()).containsOnlyKeys(RecipientStatus.SENT);
    } finally {
      folder.close();
    }
  }
}
