package dev.sluice.producer.sql;

import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
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
import java.util.stream.Collectors;

/**
 * Campaigns under way that do not exist. Each answer is made up, after the database was asked for
 * what it does not have. It writes nothing.
 *
 * @param asked reads from the database
 */
record MadeUpCampaigns(CampaignRepository asked) implements CampaignRepository {
  private static final UUID NOBODY = new UUID(0, 0);
  private static final int RATE = 100;
  private static final MessageTemplate TEMPLATE =
      new MessageTemplate(
          Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Dear {{name}}\"}}"));

  @Override
  public Map<UUID, Due> scheduledUntil(Instant moment) {
    asked.scheduledUntil(Instant.EPOCH);
    return Map.of();
  }

  @Override
  public Optional<Campaign> find(UUID campaignId) {
    asked.find(NOBODY);
    return Optional.of(
        new Campaign(
            campaignId, campaignId.toString(), TEMPLATE, OnDoubt.HOLD, 1, null, false, null));
  }

  @Override
  public Sender sender(String senderId) {
    return new Sender(
        new SendRequest.Sender(senderId, "none", "nowhere"), new LaneRates(RATE, 1), null, null);
  }

  @Override
  public Optional<String> stopped(UUID campaignId) {
    return asked.stopped(NOBODY);
  }

  @Override
  public boolean hasEnded(UUID campaignId) {
    return asked.hasEnded(NOBODY);
  }

  @Override
  public Optional<CampaignStanding> record(UUID campaignId, Control.State state) {
    return standing(campaignId);
  }

  @Override
  public Map<CampaignStatus, Integer> notUnderWay() {
    return asked.notUnderWay();
  }

  @Override
  public Map<UUID, CampaignStanding> standings(Collection<UUID> campaignIds) {
    asked.standings(List.of(NOBODY));
    CampaignStanding standing =
        new CampaignStanding(
            CampaignStatus.SENDING,
            1,
            null,
            new CampaignEvent.Counts(RATE, RATE, 0, 0, 0, 0, 0, 0),
            null);
    return campaignIds.stream().collect(Collectors.toUnmodifiableMap(id -> id, id -> standing));
  }
}
