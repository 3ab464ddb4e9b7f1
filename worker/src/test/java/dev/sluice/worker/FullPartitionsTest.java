package dev.sluice.worker;

import static dev.sluice.worker.PartitionInMemory.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FullPartitionsTest {
  private static final int POISON = RequestReader.PARTITION_BUFFER + 100;

  private final SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));

  @Test
  void aPartitionThatIsNotReadForLongIsSaidUntilItIs() {
    worker.offline.add(TOPICS.deadLetters());
    for (int i = 0; i < POISON; i++) {
      worker.partition.write("nobody/0", "poison");
    }
    worker.run(Duration.ofSeconds(14));
    assertThat(worker.health.problems()).doesNotContainKey("reading");
    worker.run(Duration.ofSeconds(6));
    assertThat(worker.health.problems().get("reading"))
        .startsWith("nothing of " + PartitionInMemory.PARTITION + " was read for ");

    worker.offline.clear();
    worker.run(Duration.ofMinutes(1));
    assertThat(worker.partition.deadLetters).hasSize(POISON);
    assertThat(worker.health.problems()).isEmpty();
  }

  @Test
  void aPartitionWhoseWindowAloneIsFullIsSaidUntilThereIsRoom() {
    Health health = new Health();
    FullPartitions full = new FullPartitions(health);
    FakeTime time = new FakeTime();
    PartitionState partition = PartitionInMemory.unread();
    partition.window().admit(0);
    for (int second = 0; second < 16; second++) {
      partition.block(time.nanoTime());
      full.review(List.of(partition), time.nanoTime());
      assertThat(health.problems()).isEmpty();
      time.sleep(Duration.ofSeconds(1));
    }

    full.review(List.of(partition), time.nanoTime());
    assertThat(health.problems().get("reading"))
        .startsWith("requests of " + PartitionInMemory.PARTITION + " could be sent but had no room")
        .contains("its offset window is full");

    partition.window().set(0, WindowCodec.State.DONE);
    partition.window().committed();
    partition.block(time.nanoTime());
    full.review(List.of(partition), time.nanoTime());
    assertThat(health.problems()).as("the window has moved").isEmpty();

    time.sleep(Duration.ofSeconds(14));
    full.review(List.of(partition), time.nanoTime());
    assertThat(health.problems()).as("nothing was blocked again").isEmpty();
  }
}
