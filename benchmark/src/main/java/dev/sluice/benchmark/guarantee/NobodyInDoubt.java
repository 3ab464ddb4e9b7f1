package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;

/** Without a crash nothing is in doubt, because every send is awaited. */
public record NobodyInDoubt(CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    assertThat(campaign.reasons(RecipientStatus.UNCONFIRMED)).isEmpty();
  }
}
