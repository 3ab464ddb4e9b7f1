package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;

/**
 * Every recipient has an outcome. The provider refuses nothing here, so a failed recipient was
 * picked by a worker that then stalled until it had lost the lanes, and was certainly not sent to.
 */
public record EverybodySettled(CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    assertThat(campaign.counts()).doesNotContainKey(RecipientStatus.PENDING);
    assertThat(campaign.reasons(RecipientStatus.FAILED).keySet())
        .allMatch(reason -> reason.startsWith("not sent: "));
  }
}
