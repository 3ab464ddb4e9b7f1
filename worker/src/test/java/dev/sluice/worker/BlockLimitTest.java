package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BlockLimitTest {
  private static final Control BLOCKED =
      Control.blockedUntilBack("sms", "unknown_provider: a worker knows no provider \"sms\"");
  private static final Control RUNNING = new Control(Control.State.RUNNING, null);
  private static final String NEW = Control.senderKey("new");

  private final FakeTime time = new FakeTime();
  private final Health health = new Health();
  private final ControlsView view = NoControls.view(new Topics(""), time);
  private final BlockLimit limit = new BlockLimit(view, health);

  @Test
  void noMoreSendersAreBlockedThanAWorkerCanReview() {
    blockAsManyAsMayBe();

    assertThat(limit.allows(NEW, BLOCKED, Map.of())).isFalse();
    assertThat(health.notices().get("blocked senders")).contains("5,000", "sluice sender unblock");
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void thoseThatTheSameTransactionBlocksCount() {
    block(BlockLimit.MOST - 1);

    assertThat(limit.allows(NEW, BLOCKED, Map.of())).isTrue();
    assertThat(limit.allows(NEW, BLOCKED, Map.of(Control.senderKey("other"), BLOCKED))).isFalse();
  }

  @Test
  void whatBlocksNoFurtherSenderMayAlwaysBeWritten() {
    blockAsManyAsMayBe();

    assertThat(limit.allows(Control.senderKey("s1"), RUNNING, Map.of())).isTrue();
    assertThat(limit.allows(Control.senderKey("s1"), BLOCKED, Map.of()))
        .as("with another reason")
        .isTrue();
    assertThat(
            limit.allows(
                Control.campaignKey(new UUID(0, 1)),
                new Control(Control.State.PAUSED, null),
                Map.of()))
        .isTrue();
  }

  @Test
  void thereIsRoomAgainOnceSomeAreUnblocked() {
    blockAsManyAsMayBe();
    limit.allows(NEW, BLOCKED, Map.of());
    limit.review();
    assertThat(health.notices()).isNotEmpty();

    for (int i = 0; i <= BlockLimit.MOST / 10; i++) {
      view.expect(Control.senderKey("s" + i), RUNNING, time.nanoTime() + 1);
    }
    limit.review();

    assertThat(health.notices()).isEmpty();
    assertThat(limit.allows(NEW, BLOCKED, Map.of())).isTrue();
  }

  /** Its requests were refused again and again at its full rate otherwise. */
  @Test
  void aSenderThatCannotBeBlockedRestsAndItsRequestsGoBack() {
    SteppedWorker worker =
        new SteppedWorker(message -> new SendOutcome.SenderBlocked("190", "the token has expired"));
    for (int i = 0; i < BlockLimit.MOST; i++) {
      worker.view.expect(Control.senderKey("s" + i), BLOCKED, worker.time.nanoTime());
    }
    worker.writeToManyOthers();
    worker.run(Duration.ofSeconds(20));

    assertThat(worker.sent).hasSize(PartitionState.MANY_LANES + 1);
    assertThat(worker.returned)
        .hasSize(PartitionState.MANY_LANES + 1)
        .allSatisfy(request -> assertThat(request.full()).isNotNull());
    assertThat(worker.controls).isEmpty();
  }

  private void blockAsManyAsMayBe() {
    block(BlockLimit.MOST);
  }

  private void block(int senders) {
    for (int i = 0; i < senders; i++) {
      view.expect(Control.senderKey("s" + i), BLOCKED, time.nanoTime());
    }
  }
}
