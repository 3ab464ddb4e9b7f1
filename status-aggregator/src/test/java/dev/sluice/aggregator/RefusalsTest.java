package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);
  private static final Flush.Trouble LOCKED = new Flush.Trouble(Fault.BUSY, "locked");
  private static final Flush.Trouble GONE = new Flush.Trouble(Fault.AWAY, "gone");
  private static final Flush.Trouble NO_COLUMN = new Flush.Trouble(Fault.UNCLEAR, "no column");
  private static final long NEVER = Long.MIN_VALUE;

  private final Refusals refusals = new Refusals();

  @Test
  void aCampaignIsStuckWhenItIsRefusedForFiveSeconds() {
    take(outcome(LOCKED, 0), 1_000);
    take(outcome(LOCKED, 0), 5_999);
    assertThat(refusals.stuckBecause()).isNull();

    take(outcome(LOCKED, 0), 6_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");

    take(outcome(null, 1), 6_500);
    assertThat(refusals.stuckBecause()).isNull();
    assertThat(refusals.any()).isFalse();
  }

  @Test
  void oneRefusalDoesNotMakeItStuckHoweverLateItsNextTurnIs() {
    take(outcome(LOCKED, 0), 0);
    take(outcome(null, 1), 60_000);
    take(outcome(LOCKED, 0), 60_100);

    assertThat(refusals.stuckBecause()).isNull();
  }

  /** If it is written too slowly, {@link Lag} tells. */
  @Test
  void aCampaignOfWhichSomethingIsWrittenIsNotRefused() {
    take(outcome(LOCKED, 0), 0);
    take(outcome(LOCKED, 1), 5_000);
    assertThat(refusals.stuckBecause()).isNull();
    assertThat(refusals.any()).isTrue();

    take(outcome(LOCKED, 0), 9_999);
    assertThat(refusals.stuckBecause()).isNull();
  }

  @Test
  void aDatabaseThatIsAwayMakesNobodyStuckAndFreesNobody() {
    take(outcome(LOCKED, 0), 0);
    take(outcome(GONE, 0), 5_000);
    assertThat(refusals.stuckBecause()).isNull();
    take(outcome(LOCKED, 0), 60_000);
    assertThat(refusals.stuckBecause()).as("the time it was away does not count").isNull();

    take(outcome(LOCKED, 0), 65_000);
    take(outcome(GONE, 0), 66_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");
    assertThat(refusals.mustWait(66_000)).as("it waits as all do").isFalse();
    take(outcome(LOCKED, 0), 67_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");
  }

  @Test
  void whereItIsUnclearWhoseFaultItIsOthersWhoGetWrittenTell() {
    refusals.take(outcome(NO_COLUMN, 0), 1_000, 999);
    refusals.take(outcome(NO_COLUMN, 0), 60_000, 999);
    assertThat(refusals.stuckBecause()).isNull();
    assertThat(refusals.heldUntil()).isEqualTo(Instant.ofEpochMilli(301_000));

    refusals.take(outcome(NO_COLUMN, 0), 60_100, 60_050);
    assertThat(refusals.stuckBecause()).isEqualTo("no column");
    assertThat(refusals.heldUntil()).isNull();
  }

  @Test
  void whatIsRefusedForEverybodyIsHeldForFiveMinutes() {
    refusals.take(outcome(NO_COLUMN, 0), 1_000, NEVER);
    refusals.take(outcome(NO_COLUMN, 0), 300_999, NEVER);
    assertThat(refusals.stuckBecause()).isNull();

    refusals.take(outcome(NO_COLUMN, 0), 301_000, NEVER);
    assertThat(refusals.stuckBecause()).isEqualTo("no column");
  }

  @Test
  void aLockIsNotAsOldAsTheTroubleBeforeIt() {
    take(outcome(NO_COLUMN, 0), 0);
    take(outcome(NO_COLUMN, 0), 240_000);
    take(outcome(LOCKED, 0), 241_000);
    take(outcome(NO_COLUMN, 0), 242_000);
    take(outcome(LOCKED, 0), 245_999);
    assertThat(refusals.stuckBecause()).isNull();

    take(outcome(LOCKED, 0), 246_000);
    assertThat(refusals.stuckBecause()).isEqualTo("locked");
  }

  private void take(Flush.Outcome outcome, long nowMillis) {
    refusals.take(outcome, nowMillis, NEVER);
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
        trouble,
        Duration.ZERO);
  }
}
