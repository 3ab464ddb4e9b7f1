package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;

/**
 * Everybody has an outcome. The provider refuses nothing here, so who has failed was picked by a
 * worker that then stalled until its lanes were somebody else's, and was certainly never sent.
 */
record EverybodySettled(CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    assertThat(campaign.counts()).doesNotContainKey(RecipientStatus.PENDING);
    assertThat(campaign.reasons(RecipientStatus.FAILED).keySet())
        .allMatch(reason -> reason.startsWith("not sent: "));
  }
}
