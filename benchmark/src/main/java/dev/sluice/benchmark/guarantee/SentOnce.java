package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.WhatsAppSimulator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** I2: the provider accepted no message twice, and every message that is marked sent. */
public record SentOnce(WhatsAppSimulator simulator, CampaignRun campaign) implements Guarantee {

  @Override
  public void verify() {
    Map<String, Integer> accepted = simulator.accepted().perRecipient();
    assertThat(accepted.values().stream().filter(count -> count != 1))
        .as("acceptances of those who were not accepted once")
        .isEmpty();
    // Uses a set, as there may be a million.
    Set<String> neverAccepted = new HashSet<>(campaign.callbackDataOfSent());
    neverAccepted.removeAll(accepted.keySet());
    assertThat(neverAccepted).as("recipients called SENT and never accepted").isEmpty();
  }
}
