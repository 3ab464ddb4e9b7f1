package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

/** I5: at every commit a counter equals the number of its rows. */
public record CountersEqualRows(CampaignRun campaign) implements Guarantee {

  @Override
  public void sample() {
    assertThat(campaign.wrongCounters()).isEmpty();
  }

  @Override
  public void verify() {
    sample();
  }
}
