package dev.sluice.aggregator.rows;

import dev.sluice.schema.SendResult;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/** Campaigns' rows and counters, as far as results change them. */
public interface ResultRows {
  /**
   * Writes a batch of one campaign: rows and counters together, so that at every commit a counter
   * equals the number of its rows.
   *
   * @return the campaign's counters after it, or empty if there is no such campaign
   */
  Optional<CampaignCounts> write(UUID campaignId, Collection<SendResult> batch);

  /** Reads a campaign's counters. */
  Optional<CampaignCounts> read(UUID campaignId);

  /**
   * Writes a result of a campaign that cannot exist. This touches no row and fails only if no
   * campaign can write.
   */
  void rehearse();
}
