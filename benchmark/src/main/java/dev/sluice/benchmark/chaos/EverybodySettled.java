package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;

/** Everybody has an outcome, and nobody has failed: the provider refuses nothing here. */
record EverybodySettled(CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    assertThat(campaign.counts())
        .doesNotContainKeys(RecipientStatus.PENDING, RecipientStatus.FAILED);
  }
}
