package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.DatabaseFault;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A cache of campaigns and senders, filled off the stream thread: the parts of a campaign that
 * cannot change once it has started, and a recent copy of its sender.
 */
final class CampaignFacts {
  private static final Duration SENDER_KNOWN_FOR = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

  private final CampaignRepository rows;
  private final DatabaseTasks tasks;
  private final FanOutStore fanOuts;
  private final InstantSource clock;
  private final Map<UUID, CampaignRepository.Campaign> campaigns = new HashMap<>();
  private final Map<String, KnownSender> senders = new HashMap<>();
  private final Map<String, Instant> asked = new HashMap<>();

  private record KnownSender(CampaignRepository.Sender sender, Instant readAt) {}

  CampaignFacts(
      CampaignRepository rows, DatabaseTasks tasks, FanOutStore fanOuts, InstantSource clock) {
    this.rows = rows;
    this.tasks = tasks;
    this.fanOuts = fanOuts;
    this.clock = clock;
  }

  CampaignRepository.@Nullable Campaign campaign(UUID id) {
    return campaigns.get(id);
  }

  CampaignRepository.@Nullable Sender sender(String id) {
    KnownSender known = senders.get(id);
    return known == null ? null : known.sender();
  }

  void learn(CampaignRepository.Campaign campaign) {
    campaigns.put(campaign.id(), campaign);
  }

  /** Looks up missing or outdated facts of a campaign and its sender. */
  void lookUp(UUID id, FanOutState fanOut) {
    String senderId = fanOut.senderId();
    CampaignRepository.Campaign known = campaigns.get(id);
    if (known != null && (senderId == null || !isDue(senderId))) {
      return;
    }
    boolean begun =
        tasks.start(
            DatabaseTasks.Kind.LOOK_UP,
            id,
            () -> fanOuts.unchanged(id, fanOut),
            () -> {
              CampaignRepository.Campaign campaign =
                  known == null
                      ? rows.find(id).orElseThrow(() -> DatabaseFault.missing("its row"))
                      : known;
              CampaignRepository.Sender sender = rows.sender(campaign.senderId());
              return () -> {
                learn(campaign);
                senders.put(sender.identity().id(), new KnownSender(sender, clock.instant()));
              };
            });
    if (begun && senderId != null) {
      asked.put(senderId, clock.instant());
    }
  }

  private boolean isDue(String senderId) {
    Instant now = clock.instant();
    KnownSender known = senders.get(senderId);
    Instant lastAsked = asked.getOrDefault(senderId, Instant.MIN);
    return (known == null || known.readAt().plus(SENDER_KNOWN_FOR).isBefore(now))
        && (lastAsked.equals(Instant.MIN) || lastAsked.plus(ANSWER_WITHIN).isBefore(now));
  }

  /** Forgets a campaign, whose row may have been corrected. */
  void forget(UUID campaignId) {
    campaigns.remove(campaignId);
  }

  /** Forgets all campaigns but these. */
  void retain(Set<UUID> open) {
    campaigns.keySet().retainAll(open);
  }
}
