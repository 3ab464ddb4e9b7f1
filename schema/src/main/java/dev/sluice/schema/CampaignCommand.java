package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request by an upstream service to act on a campaign; a record on {@code campaign-commands},
 * keyed by the campaign's id. Repeating a command changes nothing.
 *
 * @param command what to do
 * @param campaignId the campaign
 * @param requestedBy the requester, for the log
 * @param requestedAt when it was requested
 * @param reason an explanation for people
 * @param statuses for {@code resend} and {@code resend-selected}: the statuses of the recipients to
 *     send to again; null for failed ones only
 * @param repaired for {@code start}: whether a repair has verified that the pending recipients were
 *     never queued, so that a campaign unknown to the producer may continue; null for no
 * @param reasons for {@code resend} and {@code resend-selected}: only recipients with one of these
 *     error codes; null for all
 * @param approvedBy for {@code start}: who has approved the campaign as it is; it has no effect
 *     once that is withdrawn. Null for a start that needs no approval
 * @param dueAt for {@code start}: the campaign's start time, if the producer writes the command
 *     because of it; it has no effect once the campaign is a draft. Null for any other start
 * @param recipients for {@code resend-selected}: the ids of the recipients to send to again, at
 *     most {@value #MOST_RECIPIENTS}; null for any other command
 * @param reviewed for {@code start}: how many recipients the campaign had when somebody reviewed
 *     it; it has no effect if there are others by then. Null for a start of whoever there is
 */
public record CampaignCommand(
    Action command,
    UUID campaignId,
    @Nullable String requestedBy,
    @Nullable Instant requestedAt,
    @Nullable String reason,
    @Nullable Set<RecipientStatus> statuses,
    @Nullable Boolean repaired,
    @Nullable Set<String> reasons,
    @Nullable String approvedBy,
    @Nullable Instant dueAt,
    @Nullable List<Long> recipients,
    @Nullable Long reviewed) {
  /** The most recipients that a command can name, so that it stays small. */
  public static final int MOST_RECIPIENTS = 1_000;

  /** Creates a command that no repair has prepared. */
  public CampaignCommand(
      Action command,
      UUID campaignId,
      @Nullable String requestedBy,
      @Nullable Instant requestedAt,
      @Nullable String reason,
      @Nullable Set<RecipientStatus> statuses) {
    this(
        command,
        campaignId,
        requestedBy,
        requestedAt,
        reason,
        statuses,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** Creates a command without a reason. */
  public CampaignCommand(
      Action command,
      UUID campaignId,
      @Nullable String requestedBy,
      @Nullable Instant requestedAt) {
    this(command, campaignId, requestedBy, requestedAt, null, null);
  }

  /**
   * Returns a command to send again to the recipients with these statuses and, if given, these
   * error codes.
   */
  public static CampaignCommand resend(
      UUID campaignId,
      String requestedBy,
      Instant requestedAt,
      Set<RecipientStatus> statuses,
      @Nullable Set<String> reasons) {
    return new CampaignCommand(
        Action.RESEND,
        campaignId,
        requestedBy,
        requestedAt,
        null,
        statuses,
        null,
        reasons,
        null,
        null,
        null,
        null);
  }

  /** Returns a command to send again to these recipients as far as they have these statuses. */
  public static CampaignCommand resendSelected(
      UUID campaignId,
      String requestedBy,
      Instant requestedAt,
      Set<RecipientStatus> statuses,
      List<Long> recipients) {
    return new CampaignCommand(
        Action.RESEND_SELECTED,
        campaignId,
        requestedBy,
        requestedAt,
        null,
        statuses,
        null,
        null,
        null,
        null,
        recipients,
        null);
  }

  /** Returns a command to continue a campaign after a repair. */
  public static CampaignCommand goOn(UUID campaignId, String requestedBy, Instant requestedAt) {
    return new CampaignCommand(
        Action.START,
        campaignId,
        requestedBy,
        requestedAt,
        null,
        null,
        true,
        null,
        null,
        null,
        null,
        null);
  }

  /**
   * Returns a command to start a campaign.
   *
   * @param approvedBy who has approved it, or null if it needs no approval
   * @param reviewed for how many recipients, or null for whoever there is
   */
  public static CampaignCommand start(
      UUID campaignId,
      String requestedBy,
      Instant requestedAt,
      @Nullable String approvedBy,
      @Nullable Long reviewed) {
    return start(campaignId, requestedBy, requestedAt, approvedBy, null, reviewed);
  }

  private static CampaignCommand start(
      UUID campaignId,
      String requestedBy,
      Instant requestedAt,
      @Nullable String approvedBy,
      @Nullable Instant dueAt,
      @Nullable Long reviewed) {
    return new CampaignCommand(
        Action.START,
        campaignId,
        requestedBy,
        requestedAt,
        null,
        null,
        null,
        null,
        approvedBy,
        dueAt,
        null,
        reviewed);
  }

  /**
   * Returns a command to start a campaign because its start time has come.
   *
   * @param approvedBy who has approved it, or null if it needs no approval
   * @param dueAt its start time
   */
  public static CampaignCommand due(
      UUID campaignId,
      String requestedBy,
      Instant requestedAt,
      @Nullable String approvedBy,
      Instant dueAt) {
    return start(campaignId, requestedBy, requestedAt, approvedBy, dueAt, null);
  }

  /** The actions on a campaign. */
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
    RESEND,
    /**
     * A name that older producers cannot read: they would ignore {@link #recipients()} and send to
     * everybody.
     */
    @JsonProperty("resend-selected")
    RESEND_SELECTED
  }

  public CampaignCommand {
    Objects.requireNonNull(command, "command is missing");
    Objects.requireNonNull(campaignId, "campaignId is missing");
  }
}
