package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);
  private static final Flush.Trouble LOCKED = new Flush.Trouble(Fault.BUSY, "locked");
  private static final Flush.Trouble GONE = new Flush.Trouble(Fault.AWAY, "gone");

  private final Refusals refusals = new Refusals();

  @Test
  void aCampaignIsStuckWhenItIsRefusedForFiveSeconds() {
    refusals.take(outcome(LOCKED, 0), 1_000);
    refusals.take(outcome(LOCKED, 0), 5_999);
    assertThat(refusals.stuckBecause()).isNull();

    refusals.take(outcome(LOCKED, 0), 6_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");

    refusals.take(outcome(null, 1), 6_500);
    assertThat(refusals.stuckBecause()).isNull();
    assertThat(refusals.any()).isFalse();
  }

  @Test
  void oneRefusalDoesNotMakeItStuckHoweverLateItsNextTurnIs() {
    refusals.take(outcome(LOCKED, 0), 0);
    refusals.take(outcome(null, 1), 60_000);
    refusals.take(outcome(LOCKED, 0), 60_100);

    assertThat(refusals.stuckBecause()).isNull();
  }

  @Test
  void whoeverGetsSomethingWrittenIsNotStuck() {
    refusals.take(outcome(LOCKED, 0), 0);
    refusals.take(outcome(LOCKED, 1), 5_000);
    assertThat(refusals.stuckBecause()).isNull();
    assertThat(refusals.any()).isTrue();

    refusals.take(outcome(LOCKED, 0), 9_999);
    assertThat(refusals.stuckBecause()).isNull();
  }

  @Test
  void aDatabaseThatIsAwayMakesNobodyStuckAndFreesNobody() {
    refusals.take(outcome(LOCKED, 0), 0);
    refusals.take(outcome(GONE, 0), 5_000);
    assertThat(refusals.stuckBecause()).isNull();
    refusals.take(outcome(LOCKED, 0), 60_000);
    assertThat(refusals.stuckBecause()).as("the time it was away does not count").isNull();

    refusals.take(outcome(LOCKED, 0), 65_000);
    refusals.take(outcome(GONE, 0), 66_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");
    assertThat(refusals.mustWait(66_000)).as("it waits as all do").isFalse();
    refusals.take(outcome(LOCKED, 0), 67_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");
  }

  private static Flush.Outcome outcome(Flush.@Nullable Trouble trouble, int written) {
    return new Flush.Outcome(
        CAMPAIGN,
        LongStream.range(0, written)
            .mapToObj(id -> Fixture.result(CAMPAIGN, id, 1, RecipientStatus.SENT))
            .toList(),
        List.of(),
        null,
        false,
        trouble);
  }
}
