package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream service asks of a campaign; a record on {@code campaign-commands}, keyed by the
 * campaign's id. Repeating a command changes nothing.
 *
 * @param command what to do
 * @param campaignId the campaign
 * @param requestedBy who asks, for the log
 * @param requestedAt when it was asked
 * @param reason why, for people
 * @param statuses for {@code resend}: which recipients; the failed ones if it is missing
 */
public record CampaignCommand(
    Action command,
    UUID campaignId,
    @Nullable String requestedBy,
    @Nullable Instant requestedAt,
    @Nullable String reason,
    @Nullable Set<RecipientStatus> statuses) {

  /** A command that needs no explanation. */
  public CampaignCommand(
      Action command,
      UUID campaignId,
      @Nullable String requestedBy,
      @Nullable Instant requestedAt) {
    this(command, campaignId, requestedBy, requestedAt, null, null);
  }

  /** The things a campaign can be told to do. */
  public enum Action {
    @JsonProperty("start")
    START,
    @JsonProperty("pause")
    PAUSE,
    @JsonProperty("resume")
    RESUME,
    @JsonProperty("cancel")
    CANCEL,
    @JsonProperty("resend")
    RESEND
  }

  public CampaignCommand {
    Objects.requireNonNull(command, "command is missing");
    Objects.requireNonNull(campaignId, "campaignId is missing");
  }
}
