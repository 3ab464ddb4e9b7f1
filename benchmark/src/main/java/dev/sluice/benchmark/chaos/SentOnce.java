package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.WhatsAppSimulator;

/** I2: the provider accepted nobody's message twice, and everybody's that is called sent. */
record SentOnce(WhatsAppSimulator simulator, CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    assertThat(simulator.acceptedPerRecipient().values())
        .as("acceptances per recipient")
        .allMatch(count -> count == 1);
    assertThat(simulator.acceptedPerRecipient().keySet())
        .as("recipients called SENT")
        .containsAll(campaign.callbackDataOfSent());
  }
}
