package dev.sluice.producer;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Pages of fast senders may be larger than usual, which is 500 here. */
class LargePagesTest extends FanOutTest {
  private final Deque<Runnable> waitingTasks = new ArrayDeque<>();

  @Override
  Executor executor() {
    return waitingTasks::add;
  }

  @Test
  void aPageOfAFastSenderHoldsASecondOfItsWork() {
    command("start", fixture.campaign(senderOf(1_200), 4_000));
    assertThat(nextPages()).containsExactly(1_200L);
    assertThat(nextPages()).containsExactly(1_200L);
  }

  @Test
  void aPageIsAtMostFiveTimesAsLargeAsUsual() {
    command("start", fixture.campaign(senderOf(100_000), 4_000));
    assertThat(nextPages()).containsExactly(2_500L);
  }

  @Test
  void largePagesShareTheirMemory() {
    for (int i = 0; i < 10; i++) {
      command("start", fixture.campaign(senderOf(100_000), 2_500));
    }
    assertThat(nextPages())
        .hasSize(10)
        .containsOnly(2_500L, 500L)
        .filteredOn(page -> page > 500)
        .hasSize(2);
  }

  /** Returns the sizes of the next pages, by campaign. */
  private Collection<Long> nextPages() {
    while (requests.isEmpty()) {
      while (!waitingTasks.isEmpty()) {
        waitingTasks.remove().run();
      }
      turns(1);
    }
    return requests().stream().collect(groupingBy(SendRequest::campaignId, counting())).values();
  }

  private String senderOf(double rate) {
    String id = "s-" + UUID.randomUUID();
    fixture.sender(id, rate, 1);
    return id;
  }
}
