package dev.sluice.schema;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of one message; a record on {@code send-results}, keyed by the campaign's id.
 *
 * @param recipientId the row in {@code campaign_recipient}
 * @param campaignId the campaign
 * @param round the round of sending that this belongs to; results of older rounds are ignored
 * @param status the status that the recipient reached
 * @param providerMessageId the provider's id of the message, if it took it
 * @param errorCode the provider's code, or one of ours, if it failed
 * @param errorDetail the reason in words
 * @param attempts how often it was tried
 * @param at when it happened
 * @param optOut whether the recipient is to get nothing more, ever; null for no
 */
public record SendResult(
    long recipientId,
    UUID campaignId,
    int round,
    RecipientStatus status,
    @Nullable String providerMessageId,
    @Nullable String errorCode,
    @Nullable String errorDetail,
    int attempts,
    Instant at,
    @Nullable Boolean optOut) {

  /** A result that says nothing about the recipient's wish to be left alone. */
  public SendResult(
      long recipientId,
      UUID campaignId,
      int round,
      RecipientStatus status,
      @Nullable String providerMessageId,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      int attempts,
      Instant at) {
    this(
        recipientId,
        campaignId,
        round,
        status,
        providerMessageId,
        errorCode,
        errorDetail,
        attempts,
        at,
        null);
  }

  public SendResult {
    Objects.requireNonNull(campaignId, "campaignId is missing");
    Objects.requireNonNull(status, "status is missing");
    Objects.requireNonNull(at, "at is missing");
    if (status == RecipientStatus.PENDING) {
      throw new IllegalArgumentException("PENDING is not a result");
    }
  }
}
