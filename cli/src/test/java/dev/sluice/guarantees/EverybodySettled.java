package dev.sluice.guarantees;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import java.util.Map;

/**
 * Everybody has an outcome, nobody has failed (the provider refuses nothing here), and no more are
 * in doubt than were in flight at the kills.
 *
 * @param inDoubtAtMost the sends that may have been in flight, all kills together
 */
record EverybodySettled(CampaignRun campaign, int inDoubtAtMost) implements Guarantee {

  @Override
  public void verify() {
    Map<RecipientStatus, Long> counts = campaign.counts();

    assertThat(counts).doesNotContainKeys(RecipientStatus.PENDING, RecipientStatus.FAILED);
    assertThat(counts.getOrDefault(RecipientStatus.UNCONFIRMED, 0L))
        .as("in doubt")
        .isLessThanOrEqualTo(inDoubtAtMost);
  }
}
