package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A change of a campaign's state, for other programs; a record on {@code campaign-events}, keyed by
 * the campaign's id and written once per change.
 *
 * @param event what happened
 * @param campaignId the campaign
 * @param externalId the upstream's own key of the campaign, or null if it has none
 * @param round the generation of sending: 1, and one more with each resend
 * @param at when it happened
 * @param reason an explanation for people, or null
 * @param counts the campaign's counters at that time; null for a pause and a resume, which do not
 *     wait for the database
 */
public record CampaignEvent(
    Event event,
    UUID campaignId,
    @Nullable String externalId,
    int round,
    Instant at,
    @Nullable String reason,
    @Nullable Counts counts) {

  /** The changes of state. */
  public enum Event {
    /** Sending has begun, or begun again with a new round. */
    @JsonProperty("started")
    STARTED,
    /** Sending waits: for a person, for the sending hours, or for a repair. */
    @JsonProperty("paused")
    PAUSED,
    @JsonProperty("resumed")
    RESUMED,
    /** Every recipient is settled. */
    @JsonProperty("completed")
    COMPLETED,
    @JsonProperty("cancelled")
    CANCELLED
  }

  public CampaignEvent {
    Objects.requireNonNull(event, "event is missing");
    Objects.requireNonNull(campaignId, "campaignId is missing");
    Objects.requireNonNull(at, "at is missing");
  }

  /** Recipients by status. */
  public record Counts(
      long total,
      long pending,
      long sent,
      long delivered,
      long read,
      long failed,
      long unconfirmed,
      long suppressed) {}
}
