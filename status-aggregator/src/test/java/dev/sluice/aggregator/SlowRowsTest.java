package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests a campaign whose writes take long but are not refused for good. */
class SlowRowsTest extends CrowdedRoomFixture {
  private static final Duration LATE = Duration.ofSeconds(30);

  SlowRowsTest() {
    super(Duration.ofMillis(500));
  }

  @Test
  void aCampaignWhoseRowsTakeLongIsPausedAndLeavesRoomToOthers() {
    UUID slow = fixture.campaign(2 * HALF);
    UUID healthy = fixture.campaign(30);
    fixture.asOwner(
        """
        CREATE FUNCTION sluice.take_long() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN new; END $$;
        CREATE TRIGGER takes_long BEFORE UPDATE ON sluice.campaign_recipient
        FOR EACH ROW WHEN (old.campaign_id = '%s') EXECUTE FUNCTION sluice.take_long()
        """
            .formatted(slow));
    try {
      send(slow, 0, HALF + 10, RecipientStatus.SENT);
      assertThat(waits).as("the room is full").isPositive();
      driver.advanceWallClockTime(LATE);
      send(healthy, 0, 10, RecipientStatus.SENT);
      until(() -> sent(healthy) == 10);
      driver.advanceWallClockTime(LATE);
      untilPaused(List.of(slow));
      until(() -> sent(slow) > 0);
      String named = "batches " + slow.toString().substring(0, 8);
      until(() -> health.problems().keySet().equals(Set.of(named)));

      waits = 0;
      send(slow, HALF + 10, 2 * HALF, RecipientStatus.SENT);
      send(healthy, 10, 30, RecipientStatus.SENT);
      assertThat(waits).isZero();
      untilCompleted(healthy);
      assertThat(sent(slow)).as("it is still slow").isLessThan(HALF);
    } finally {
      fixture.asOwner("DROP TRIGGER takes_long ON sluice.campaign_recipient");
    }

    until(() -> stored() == 0);
    until(() -> health.problems().isEmpty());
    replay("");
    untilCompleted(slow);
    assertThat(fixture.wrongCounters(slow)).isEmpty();
    assertThat(fixture.wrongCounters(healthy)).isEmpty();
  }

  private int sent(UUID campaign) {
    return fixture.rows(campaign).getOrDefault(RecipientStatus.SENT, 0);
  }
}
