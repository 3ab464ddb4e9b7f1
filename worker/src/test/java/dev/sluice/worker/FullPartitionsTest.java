package dev.sluice.worker;

import static dev.sluice.worker.PartitionInMemory.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import java.time.Duration;
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
}
