package dev.sluice.schema;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request that a worker has given back unsent, because its campaign is paused or its sender is
 * blocked; a record on {@code returned-requests}, keyed by the campaign's id. It is written in the
 * transaction that marks the request done, so nobody else will send it: the producer asks for it
 * anew when the campaign goes on, as the recipient stands by then.
 *
 * @param recipientId the row in {@code campaign_recipient}
 * @param campaignId the campaign
 * @param round the round of sending that the request belonged to
 * @param attempts how often it was already tried
 * @param firstTriedAt when it was tried for the first time, or null if it was not
 */
public record ReturnedRequest(
    long recipientId, UUID campaignId, int round, int attempts, @Nullable Instant firstTriedAt) {

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
