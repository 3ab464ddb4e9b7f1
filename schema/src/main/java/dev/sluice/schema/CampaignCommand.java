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
 * @param repaired for {@code start}: whether a repair has made sure that whoever is pending was
 *     never queued, so that a campaign which the producer has forgotten may go on; null for no
 * @param reasons for {@code resend}: only those with one of these error codes; null for all
 */
public record CampaignCommand(
    Action command,
    UUID campaignId,
    @Nullable String requestedBy,
    @Nullable Instant requestedAt,
    @Nullable String reason,
    @Nullable Set<RecipientStatus> statuses,
    @Nullable Boolean repaired,
    @Nullable Set<String> reasons) {

  /** A command that no repair has prepared. */
  public CampaignCommand(
      Action command,
      UUID campaignId,
      @Nullable String requestedBy,
      @Nullable Instant requestedAt,
      @Nullable String reason,
      @Nullable Set<RecipientStatus> statuses) {
    this(command, campaignId, requestedBy, requestedAt, reason, statuses, null, null);
  }

  /** Sends once more to those with these statuses, and if they are given, these error codes. */
  public static CampaignCommand resend(
      UUID campaignId,
      String requestedBy,
      Instant requestedAt,
      Set<RecipientStatus> statuses,
      @Nullable Set<String> reasons) {
    return new CampaignCommand(
        Action.RESEND, campaignId, requestedBy, requestedAt, null, statuses, null, reasons);
  }

  /** Lets a campaign go on after a repair. */
  public static CampaignCommand goOn(UUID campaignId, String requestedBy, Instant requestedAt) {
    return new CampaignCommand(
        Action.START, campaignId, requestedBy, requestedAt, null, null, true, null);
  }

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
