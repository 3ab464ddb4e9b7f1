package dev.sluice.benchmark.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** I4: a recipient's status never falls. */
public final class StatusOnlyRises implements Guarantee {
  private final CampaignRun campaign;
  private Map<Long, RecipientStatus> before = new HashMap<>();

  public StatusOnlyRises(CampaignRun campaign) {
    this.campaign = campaign;
  }

  @Override
  public void sample() {
    Map<Long, RecipientStatus> now = campaign.statuses();
    before.forEach((id, status) ->
        assertThat(Objects.requireNonNull(now.get(id)).risesTo(status))
            .as("recipient %d was %s and is %s", id, status, now.get(id))
            .isFalse());
    before = now;
  }

  @Override
  public void verify() {
    sample();
  }
}
