package dev.sluice.worker;

import dev.sluice.schema.Clipped;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request that this worker has read: where it stands in its partition, and how often it was
 * tried.
 */
final class SendTask {
  private final PartitionState partition;
  private final long offset;
  private final SendRequest request;
  private int attempts;
  private @Nullable Instant firstTriedAt;
  private boolean inFlight;
  private long launchedNanos;

  SendTask(PartitionState partition, long offset, SendRequest request) {
    this.partition = partition;
    this.offset = offset;
    this.request = request;
    this.attempts = request.attempts();
    this.firstTriedAt = request.firstTriedAt();
  }

  PartitionState partition() {
    return partition;
  }

  long offset() {
    return offset;
  }

  SendRequest request() {
    return request;
  }

  /** Attempts that were answered, counting those before this record. */
  int attempts() {
    return attempts;
  }

  /** It is handed to the dispatcher. */
  void launched() {
    inFlight = true;
    launchedNanos = System.nanoTime();
    partition.addInFlight(1);
  }

  /** When it was handed to the dispatcher the last time. */
  long launchedNanos() {
    return launchedNanos;
  }

  /** The dispatcher has handed it back. */
  void answered(Instant at) {
    if (inFlight) {
      inFlight = false;
      partition.addInFlight(-1);
      firstTriedAt = firstTriedAt == null ? at : firstTriedAt;
    }
  }

  /** The attempt was about this message, not about a provider that takes nothing from anybody. */
  void countAttempt() {
    attempts++;
  }

  /** How long ago it was first tried. */
  Duration age(Instant now) {
    return firstTriedAt == null ? Duration.ZERO : Duration.between(firstTriedAt, now);
  }

  /** The request for the tail of its lane. */
  SendRequest again(@Nullable Instant notBefore) {
    // With the rate of now: the copy is the newest record of its lane.
    double rate = partition.lane(this).permitsPerSecond();
    return request.again(
        Math.min(attempts, SendRequest.MOST_ATTEMPTS), notBefore, firstTriedAt, rate);
  }

  /** What tells the producer that it comes back unsent. */
  ReturnedRequest returned() {
    return new ReturnedRequest(
        request.recipientId(), request.campaignId(), request.round(), attempts, firstTriedAt);
  }

  /** What came of it; whatever a provider says is cut to what is stored. */
  SendResult result(
      RecipientStatus status,
      @Nullable String messageId,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      Instant at,
      boolean optOut) {
    return new SendResult(
        request.recipientId(),
        request.campaignId(),
        request.round(),
        status,
        Clipped.orNull(255, messageId),
        Clipped.orNull(100, errorCode),
        Clipped.orNull(1_000, errorDetail),
        attempts,
        at,
        optOut ? true : null);
  }

  /** Comes back with the provider's receipts. */
  String callbackData() {
    return request.campaignId() + ":" + request.recipientId() + ":" + request.round();
  }
}
