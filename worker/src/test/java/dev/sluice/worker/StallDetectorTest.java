package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StallDetectorTest {
  private final Health health = new Health();
  private final StallDetector stalls = new StallDetector(health);
  private final Lane lane = new Lane(1, Machine.REAL);
  private long begun;

  @BeforeEach
  void aRequestWaits() {
    lane.add(task(1));
    lane.add(task(2));
    begun = System.nanoTime();
  }

  @Test
  void aLaneThatCouldRunAndDoesNotIsSaid() {
    review(10, true);
    assertThat(health.problems()).isEmpty();
    review(30, true);

    assertThat(stalls.longestSeconds()).isBetween(29.0, 31.0);
    assertThat(health.problems()).containsKey("lanes");
    assertThat(health.problems().get("lanes")).startsWith("nothing of s/0 was sent for ");
  }

  @Test
  void aLaneWhoseCampaignIsPausedStandsStillRightly() {
    review(600, false);

    assertThat(stalls.longestSeconds()).isZero();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aSlowLaneIsGivenTheTimeThatItsRateTakes() {
    Lane slow = new Lane(0.01, Machine.REAL);
    slow.add(task(1));
    stalls.review(List.of(slow), next -> true, begun + Duration.ofSeconds(200).toNanos());

    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aLongPauseThatTheProviderAsksForIsSaidAndAShortOneIsNot() {
    lane.throttled(Duration.ofDays(11));
    review(60, true);
    assertThat(health.problems().get("lanes")).startsWith("the provider asks s/0 to wait, 24");
    review(290, true);
    assertThat(health.problems()).isEmpty();
    assertThat(stalls.longestSeconds()).isZero();
  }

  @Test
  void aLaneThatLosesItsPermitsIsSaidUntilThatIsOver() {
    for (int i = 0; i < 9; i++) {
      lane.permitLost();
    }
    review(1, true);
    assertThat(health.problems()).as("a coincidence").isEmpty();

    lane.permitLost();
    review(3, true);
    assertThat(health.problems().get("lanes"))
        .startsWith("the provider closes connections while messages of s/0 wait")
        .endsWith("10 permits were lost");
    review(32, true);
    assertThat(health.problems().get("lanes")).startsWith("nothing of s/0 was sent");
  }

  @Test
  void whenItMovesAgainAllIsWell() {
    review(60, true);
    assertThat(health.problems()).containsKey("lanes");
    lane.take();
    lane.take();
    review(62, true);

    assertThat(health.problems()).isEmpty();
  }

  private void review(int afterSeconds, boolean runs) {
    stalls.review(List.of(lane), next -> runs, begun + Duration.ofSeconds(afterSeconds).toNanos());
  }

  private static SendTask task(long offset) {
    PartitionState partition = PartitionInMemory.unread();
    return new SendTask(partition, offset, Requests.of("s", 1, offset), -1, 0);
  }
}
