package dev.sluice.benchmark.chaos;

import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Workers restart and one partition of {@code send-requests} has lost its committed offset: it is
 * unknown what was sent from it, so nothing more is. It affects the lanes of that partition.
 */
final class LostOffset implements Incident {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int PARTITION = 2;
  private static final int WARM_UP_PEOPLE = 2_000;
  private static final double WARM_UP_RATE = 150;

  private final Scene scene;

  LostOffset(Scene scene) {
    this.scene = scene;
  }

  @Override
  public boolean concerns(String senderId) {
    return new LaneKey(senderId, 0).partition(Scene.PARTITIONS) == PARTITION;
  }

  /** Kafka deletes an offset of a group without members, for example after seven days. */
  @Override
  public void prepare() throws Exception {
    List<String> workers =
        scene.fleet().names().stream().filter(name -> name.startsWith("worker")).toList();
    for (String worker : workers) {
      scene.fleet().stop(worker);
    }
    forget();
    for (String worker : workers) {
      scene.fleet().start(worker);
    }
    await("workers say that it is closed").atMost(PATIENCE).until(this::isClosed);
    warmUp();
  }

  private boolean isClosed() throws InterruptedException {
    for (String name : scene.fleet().names()) {
      if (scene.fleet().get(name).health().contains("no offset is committed, so")) {
        return true;
      }
    }
    return false;
  }

  /** Warms the workers up, as the cost of cold ones is not an effect of this fault. */
  private void warmUp() throws Exception {
    CampaignRun somebody = scene.victim(WARM_UP_PEOPLE, WARM_UP_RATE);
    while (concerns(somebody.sender())) {
      somebody = scene.victim(WARM_UP_PEOPLE, WARM_UP_RATE);
    }
    somebody.start();
    await("workers are warm").atMost(PATIENCE).until(somebody::completed);
  }

  private void forget() {
    String group = scene.sandbox().kafka().topics().workerGroup();
    TopicPartition partition =
        new TopicPartition(scene.sandbox().kafka().topics().sendRequests(), PARTITION);
    try (Admin admin = Admin.create(scene.sandbox().kafka().client(Map.of()))) {
      // The broker notices the last worker's departure a moment later.
      await("Kafka forgets the offset")
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> {
            admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
            return true;
          });
    }
  }

  @Override
  public void begin() {}

  /**
   * Resets the window as {@code sluice window reset} does, assuming that everything in it was sent
   * or never will be.
   */
  @Override
  public void end() throws Exception {
    Places places = new Places(scene.sandbox().kafka());
    try (Admin admin = Admin.create(scene.sandbox().kafka().client(Map.of()))) {
      Place place = Objects.requireNonNull(places.read(admin).get(PARTITION));
      places.commit(
          Map.of(PARTITION, new OffsetAndMetadata(place.end(), WindowCodec.encode(List.of()))));
    }
    await("it is open again").atMost(PATIENCE).until(() -> !isClosed());
  }
}
