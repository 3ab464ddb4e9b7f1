package dev.sluice.schema;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request that a worker has given back unsent, because its campaign is paused, its sender is
 * blocked, its lane is too slow for what is queued, or it is too old; a record on {@code
 * returned-requests}, keyed by the campaign's id. It is written in the transaction that marks the
 * request done, so that no other worker will send it. The producer writes the request again when
 * the campaign goes on, with the recipient's data as of then.
 *
 * @param recipientId the row in {@code campaign_recipient}
 * @param campaignId the campaign
 * @param round the round of sending that the request belonged to
 * @param attempts how often it was already tried
 * @param firstTriedAt when it was first tried, or null if it was not
 * @param full its lane, if nothing is to be written to it for a while, or null
 * @param notBefore when it may be tried again, or null for at once
 */
public record ReturnedRequest(
    long recipientId,
    UUID campaignId,
    int round,
    int attempts,
    @Nullable Instant firstTriedAt,
    @Nullable FullLane full,
    @Nullable Instant notBefore) {

  /**
   * A lane that has more queued than it will send soon.
   *
   * @param lane its number
   * @param seconds for how long nothing more is to be written to it
   */
  public record FullLane(int lane, int seconds) {}

  /** Creates a returned request whose lane is not full and that may be tried at once. */
  public ReturnedRequest(
      long recipientId, UUID campaignId, int round, int attempts, @Nullable Instant firstTriedAt) {
    this(recipientId, campaignId, round, attempts, firstTriedAt, null, null);
  }

  public ReturnedRequest {
    Objects.requireNonNull(campaignId, "campaignId is missing");
    if (round < 1) {
      throw new IllegalArgumentException("round must be at least 1");
    }
    if (attempts < 0 || attempts > SendRequest.MOST_ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempts must be between 0 and " + SendRequest.MOST_ATTEMPTS);
    }
  }
}
