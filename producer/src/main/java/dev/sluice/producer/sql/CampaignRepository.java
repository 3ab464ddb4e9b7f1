package dev.sluice.producer.sql;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of campaigns and senders, as far as the fan-out reads and writes them. */
public interface CampaignRepository {
  /**
   * The parts of a campaign that are fixed once it has started.
   *
   * @param ignoresCap whether it reaches people beyond the frequency caps, too
   */
  record Campaign(
      UUID id,
      String senderId,
      MessageTemplate template,
      OnDoubt onDoubt,
      int priority,
      @Nullable SendingHours sendingHours,
      boolean ignoresCap,
      @Nullable LocalSending local) {}

  /**
   * A sender and its rate.
   *
   * @param dailyLimit different people within 24 hours, or null for no limit
   * @param cap its messages to a person within some days, or null for no cap
   */
  record Sender(
      SendRequest.Sender identity,
      LaneRates rates,
      @Nullable Integer dailyLimit,
      @Nullable FrequencyCap cap) {}

  /**
   * A scheduled campaign.
   *
   * @param approvedBy who has approved its start, or null for a start that needs no approval
   */
  record Due(Instant at, @Nullable String approvedBy) {}

  /**
   * Returns the scheduled campaigns that are due up to the given moment. A campaign without
   * recipients waits for them: the upload of its file may have failed, and if started it would
   * complete at once.
   */
  Map<UUID, Due> scheduledUntil(Instant moment);

  /** Returns a campaign that was started earlier. */
  Optional<Campaign> find(UUID campaignId);

  /** Returns a sender as it is now; its rate may change while campaigns run. */
  Sender sender(String senderId);

  /** Returns why its template must not be used, if the provider is known to have stopped it. */
  Optional<String> stopped(UUID campaignId);

  /** Returns whether it has completed or was cancelled. */
  boolean hasEnded(UUID campaignId);

  /**
   * Writes the requested state into the campaign's row; a campaign that has ended is left
   * unchanged.
   *
   * @return what the row says now, or empty if there is no such campaign
   */
  Optional<CampaignStanding> record(UUID campaignId, Control.State state);

  /**
   * Returns how many campaigns there are in each state but those of campaigns under way, without
   * the archived ones. It walks the table, which is small.
   */
  Map<CampaignStatus, Integer> notUnderWay();

  /** Returns the progress of these campaigns; those that do not exist are left out. */
  Map<UUID, CampaignStanding> standings(Collection<UUID> campaignIds);

  /** Returns a campaign's progress. */
  default Optional<CampaignStanding> standing(UUID campaignId) {
    return Optional.ofNullable(standings(List.of(campaignId)).get(campaignId));
  }
}
