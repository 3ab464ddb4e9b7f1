package dev.sluice.producer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of campaigns and senders without asking: what of a campaign cannot change once it
 * has started, and how its sender was a moment ago. It is looked up off the stream's thread.
 */
final class Facts {
  private static final Duration SENDER_KNOWN_FOR = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

  private final CampaignRows rows;
  private final Errands errands;
  private final Passes passes;
  private final InstantSource clock;
  private final Map<UUID, CampaignRows.Campaign> campaigns = new HashMap<>();
  private final Map<String, KnownSender> senders = new HashMap<>();
  private final Map<String, Instant> asked = new HashMap<>();

  private record KnownSender(CampaignRows.Sender sender, Instant readAt) {}

  Facts(CampaignRows rows, Errands errands, Passes passes, InstantSource clock) {
    this.rows = rows;
    this.errands = errands;
    this.passes = passes;
    this.clock = clock;
  }

  CampaignRows.@Nullable Campaign campaign(UUID id) {
    return campaigns.get(id);
  }

  CampaignRows.@Nullable Sender sender(String id) {
    KnownSender known = senders.get(id);
    return known == null ? null : known.sender();
  }

  void learn(CampaignRows.Campaign campaign) {
    campaigns.put(campaign.id(), campaign);
  }

  /** Has looked up what is not known of a campaign and its sender, or not newly enough. */
  void lookUp(UUID id, Pass pass) {
    String senderId = pass.senderId();
    CampaignRows.Campaign known = campaigns.get(id);
    if (known != null && (senderId == null || !isDue(senderId))) {
      return;
    }
    boolean begun =
        errands.start(
            id,
            () -> passes.unchanged(id, pass),
            () -> {
              CampaignRows.Campaign campaign =
                  known == null
                      ? rows.find(id).orElseThrow(() -> Trouble.missing("its row"))
                      : known;
              CampaignRows.Sender sender = rows.sender(campaign.senderId());
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

  /** Its row may have been mended. */
  void forget(UUID campaignId) {
    campaigns.remove(campaignId);
  }

  /** Only these campaigns are of interest still. */
  void retain(Set<UUID> open) {
    campaigns.keySet().retainAll(open);
  }
}
