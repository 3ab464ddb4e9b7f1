package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Workers restart and one partition of {@code send-requests} has lost its committed offset, or one
 * is committed that its log does not have: it is unknown what was sent from it, so nothing more is.
 * It affects the lanes of that partition.
 */
final class LostOffset implements Incident {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int PARTITION = 2;
  private static final int BEYOND = 1_000;
  private static final int WARM_UP_PEOPLE = 2_000;
  private static final double WARM_UP_RATE = 150;

  private static final String OUTSIDE = "is outside the log, which goes from";

  /** How the offset was lost. */
  enum How {
    /** Kafka deletes an offset of a group without members, for example after seven days. */
    FORGOTTEN("no offset is committed, so"),
    /** The log has lost its end. */
    BEYOND_END(OUTSIDE),
    /** Retention has deleted what was not sent. */
    BELOW_START(OUTSIDE);

    private final String reason;

    How(String reason) {
      this.reason = reason;
    }
  }

  private final Scene scene;
  private final How how;

  LostOffset(Scene scene, How how) {
    this.scene = scene;
    this.how = how;
  }

  @Override
  public boolean concerns(String senderId) {
    return new LaneKey(senderId, 0).partition(Scene.PARTITIONS) == PARTITION;
  }

  @Override
  public void prepare() throws Exception {
    List<String> workers =
        scene.fleet().names().stream().filter(name -> name.startsWith("worker")).toList();
    for (String worker : workers) {
      scene.fleet().stop(worker);
    }
    lose();
    for (String worker : workers) {
      scene.fleet().start(worker);
    }
    await("workers say that it is closed").atMost(PATIENCE).until(this::isClosed);
    warmUp();
  }

  private boolean isClosed() throws InterruptedException {
    for (String name : scene.fleet().names()) {
      if (scene.fleet().get(name).health().contains(how.reason)) {
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

  private void lose() throws Exception {
    TopicPartition partition =
        new TopicPartition(scene.environment().kafka().topics().sendRequests(), PARTITION);
    try (Admin admin = Admin.create(scene.environment().kafka().client(Map.of()))) {
      switch (how) {
        case FORGOTTEN -> forget(admin, partition);
        case BEYOND_END -> commit(end(admin) + BEYOND);
        case BELOW_START -> {
          long end = end(admin);
          commit(end - 1);
          admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(end))).all().get();
        }
      }
    }
  }

  private void forget(Admin admin, TopicPartition partition) {
    String group = scene.environment().kafka().topics().workerGroup();
    // The broker notices the last worker's departure a moment later.
    await("Kafka forgets the offset")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> {
          admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
          return true;
        });
  }

  private long end(Admin admin) throws Exception {
    return Objects.requireNonNull(
            new Places(scene.environment().kafka()).read(admin).get(PARTITION))
        .end();
  }

  private void commit(long offset) {
    new Places(scene.environment().kafka())
        .commit(Map.of(PARTITION, new OffsetAndMetadata(offset, WindowCodec.encode(List.of()))));
  }

  @Override
  public void begin() {}

  @Override
  public void tookPlace() throws Exception {
    assertThat(isClosed()).isTrue();
  }

  /**
   * Resets the window as {@code sluice window reset} does, assuming that everything in it was sent
   * or never will be.
   */
  @Override
  public void end() throws Exception {
    try (Admin admin = Admin.create(scene.environment().kafka().client(Map.of()))) {
      commit(end(admin));
    }
    await("it is open again").atMost(PATIENCE).until(() -> !isClosed());
  }
}
