package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
    troubles.failed(campaign(1), GONE, 0);
    troubles.failed(campaign(2), GONE, 0);

    assertThat(troubles.mayTry(199)).isFalse();
    assertThat(troubles.mayTry(200)).isTrue();
    assertThat(troubles.mayTry(200)).isFalse();
    assertThat(troubles.mayTry(599)).isFalse();
    assertThat(troubles.mayTry(600)).isTrue();
    assertThat(health.problems()).containsOnlyKeys("batches");

    troubles.worked(campaign(2));
    assertThat(troubles.mayTry(600)).isTrue();
    assertThat(troubles.mayTry(600)).isTrue();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aDatabaseThatRefusesOneCampaignAloneIsBack() {
    troubles.failed(campaign(1), GONE, 0);
    assertThat(troubles.away()).isTrue();

    troubles.failed(campaign(2), LOCKED, 0);
    assertThat(troubles.away()).isFalse();
    assertThat(troubles.mayTry(0)).isTrue();
    assertThat(health.problems()).doesNotContainKey("batches").hasSize(1);
  }

  @Test
  void oneCampaignsTroubleHoldsUpNobodyElse() {
    troubles.failed(campaign(1), LOCKED, 0);

    assertThat(troubles.mayTry(0)).isTrue();
  }

  @Test
  void healthNamesSomeOfTheCampaignsAndTheMeterCountsAll() {
    for (int i = 0; i < 300; i++) {
      troubles.failed(campaign(i), LOCKED, 0);
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
