package dev.sluice.worker;

import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.worker.provider.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request that this worker has read: where it stands in its partition, and how often it was
 * tried.
 */
final class Job {
  private final OwnedPartition partition;
  private final long offset;
  private final SendRequest request;
  private final long readAtNanos;
  private int attempts;
  private boolean inFlight;

  Job(OwnedPartition partition, long offset, SendRequest request, long readAtNanos) {
    this.partition = partition;
    this.offset = offset;
    this.request = request;
    this.readAtNanos = readAtNanos;
    this.attempts = request.attempts();
  }

  OwnedPartition partition() {
    return partition;
  }

  long offset() {
    return offset;
  }

  SendRequest request() {
    return request;
  }

  long readAtNanos() {
    return readAtNanos;
  }

  /** Attempts that were answered, counting those before this record. */
  int attempts() {
    return attempts;
  }

  /** It is handed to the launcher. */
  void takeOff() {
    inFlight = true;
    partition.addInFlight(1);
  }

  /** The launcher has handed it back; counts the attempt unless the provider was only too busy. */
  void landed(Outcome outcome) {
    if (inFlight) {
      inFlight = false;
      partition.addInFlight(-1);
      if (!(outcome instanceof Outcome.Throttled)) {
        attempts++;
      }
    }
  }

  SendResult result(
      RecipientStatus status,
      @Nullable String messageId,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      Instant at) {
    return new SendResult(
        request.recipientId(),
        request.campaignId(),
        request.round(),
        status,
        messageId,
        errorCode,
        errorDetail,
        attempts,
        at);
  }

  /** Comes back with the provider's receipts. */
  String callbackData() {
    return request.campaignId() + ":" + request.recipientId() + ":" + request.round();
  }
}
