package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TroublesTest {
  private static final Flush.Trouble LOCKED = new Flush.Trouble(Fault.BUSY, "locked");
  private static final Flush.Trouble GONE = new Flush.Trouble(Fault.AWAY, "gone");

  private final Health health = new Health();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Troubles troubles = new Troubles(health, meters);

  @Test
  void aDatabaseThatIsAwayIsAskedByOneAtATime() {
    troubles.failed(campaign(1), GONE, null, 0);
    troubles.failed(campaign(2), GONE, null, 0);

    assertThat(troubles.mayTry(campaign(1), 199)).isFalse();
    assertThat(troubles.mayTry(campaign(1), 200)).isTrue();
    assertThat(troubles.mayTry(campaign(1), 200)).isFalse();
    assertThat(troubles.mayTry(campaign(1), 599)).isFalse();
    assertThat(troubles.mayTry(campaign(1), 600)).isTrue();
    assertThat(health.problems()).containsOnlyKeys("batches");

    troubles.worked(campaign(2));
    assertThat(troubles.mayTry(campaign(1), 600)).isTrue();
    assertThat(troubles.mayTry(campaign(1), 600)).isTrue();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aTimeThatIsSetBackWithItsThreadHoldsNobodyUp() {
    long hour = Duration.ofHours(1).toMillis();
    troubles.failed(campaign(1), GONE, null, hour);
    troubles.changed(hour, hour);

    assertThat(troubles.mayTry(campaign(1), 0)).isTrue();
    assertThat(troubles.mayTry(campaign(1), 100)).as("the wait begins anew").isFalse();
    assertThat(troubles.changedMillis(100)).isLessThan(0);
    troubles.changed(50, 100);
    assertThat(troubles.changedMillis(100)).isEqualTo(50);
  }

  /**
   * If one campaign's rows make the database seem away, the others must get a chance to show it.
   */
  @Test
  void whileItIsAwayCampaignsAskInTurn() {
    troubles.failed(campaign(1), GONE, null, 0);
    List<UUID> turns = new ArrayList<>();
    for (int now = 0; turns.size() < 6; now += 100) {
      for (int i = 1; i <= 3; i++) {
        if (troubles.mayTry(campaign(i), now)) {
          turns.add(campaign(i));
        }
      }
    }

    assertThat(turns.subList(0, 3)).doesNotHaveDuplicates();
    assertThat(turns.subList(3, 6)).isEqualTo(turns.subList(0, 3));
  }

  @Test
  void whoIsGoneDoesNotHoldUpTheTurnsOfOthers() {
    troubles.failed(campaign(1), GONE, null, 0);
    assertThat(troubles.mayTry(campaign(2), 100)).isFalse();
    assertThat(troubles.mayTry(campaign(3), 100)).isFalse();
    troubles.forget(campaign(2));
    assertThat(troubles.mayTry(campaign(4), 300)).isFalse();

    assertThat(troubles.mayTry(campaign(4), 2_200)).as("nobody hears of the third").isTrue();
  }

  @Test
  void aDatabaseThatRefusesOneCampaignAloneIsBack() {
    troubles.failed(campaign(1), GONE, null, 0);
    assertThat(troubles.away()).isTrue();

    troubles.failed(campaign(2), LOCKED, null, 0);
    assertThat(troubles.away()).isFalse();
    assertThat(troubles.mayTry(campaign(1), 0)).isTrue();
    assertThat(health.problems()).doesNotContainKey("batches").hasSize(1);
  }

  @Test
  void oneCampaignsTroubleHoldsUpNobodyElse() {
    troubles.failed(campaign(1), LOCKED, null, 0);

    assertThat(troubles.mayTry(campaign(1), 0)).isTrue();
  }

  @Test
  void healthNamesSomeOfTheCampaignsAndTheMeterCountsAll() {
    for (int i = 0; i < 300; i++) {
      troubles.failed(campaign(i), LOCKED, null, 0);
    }
    assertThat(health.problems()).hasSize(10);
    assertThat(meters.get("sluice.aggregator.stuck").gauge().value()).isEqualTo(300);

    for (int i = 0; i < 300; i++) {
      troubles.forget(campaign(i));
    }
    assertThat(health.problems()).isEmpty();
    assertThat(meters.get("sluice.aggregator.stuck").gauge().value()).isZero();
  }

  private static UUID campaign(int number) {
    return new UUID((long) number << 32, 0);
  }
}
