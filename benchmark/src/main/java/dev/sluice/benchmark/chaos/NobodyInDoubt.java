package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;

/** Without a crash nothing is in doubt, because every send is awaited. */
record NobodyInDoubt(CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    assertThat(campaign.reasons(RecipientStatus.UNCONFIRMED)).isEmpty();
  }
}
