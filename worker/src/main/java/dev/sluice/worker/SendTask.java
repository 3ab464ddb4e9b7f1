package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.tracing.Journey;
import dev.sluice.schema.CallbackData;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.worker.Dispatcher.Finished;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One request that this worker has read, with its offset and its attempts so far. */
final class SendTask {
  private final PartitionState partition;
  private final long offset;
  private final SendRequest request;
  private final long writtenMillis;
  private final int bytes;
  private int attempts;
  private @Nullable Instant firstTriedAt;
  private @Nullable Instant notBefore;
  private boolean inFlight;
  private long launchedNanos;
  private boolean contested;
  private @Nullable Journey journey;

  /**
   * Creates a task.
   *
   * @param writtenMillis when the producer wrote the request, ms since 1970, or a negative number
   *     if unknown
   * @param bytes how much it counts for in the partition's memory
   */
  SendTask(
      PartitionState partition, long offset, SendRequest request, long writtenMillis, int bytes) {
    this.bytes = bytes;
    this.writtenMillis = writtenMillis;
    this.partition = partition;
    this.offset = offset;
    this.request = request;
    this.attempts = request.attempts();
    this.firstTriedAt = request.firstTriedAt();
    this.notBefore = request.notBefore();
  }

  /** Has it traced; null for no. */
  void traceOn(@Nullable Journey itsJourney) {
    journey = itsJourney;
  }

  boolean isTraced() {
    return journey != null;
  }

  /** Returns the {@code traceparent} of its call that was launched then; null if not traced. */
  @Nullable String traceparent(Instant launched) {
    return journey == null ? null : journey.traceparent(launched);
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

  /** Returns how much it counts for in the partition's memory. */
  int bytes() {
    return bytes;
  }

  /** Returns when the producer wrote the request, or null if unknown. */
  private @Nullable Instant writtenAt() {
    return writtenMillis < 0 ? null : Instant.ofEpochMilli(writtenMillis);
  }

  /**
   * Returns the time for the record of its copy: that of the original, or null if that is unknown
   * or still to come, because a clock was set back. A broker refuses records of the future ({@code
   * message.timestamp.after.max.ms}), and with one of them the whole transaction.
   */
  @Nullable Instant recordTime(Instant now) {
    Instant written = writtenAt();
    return written == null || written.isAfter(now) ? null : written;
  }

  /** Returns the attempts that count, including those recorded in earlier copies of the request. */
  int attempts() {
    return attempts;
  }

  /** Records that the dispatcher has it. */
  void launched(long nowNanos) {
    inFlight = true;
    launchedNanos = nowNanos;
    partition.addInFlight(this, 1);
  }

  /** Records that it is unknown in which state a transaction has left it. */
  void contest() {
    contested = true;
  }

  /**
   * Returns whether it is unknown, if its partition is lost, in which state the new owner has found
   * it: if it was waiting, the new owner may send it.
   */
  boolean contested() {
    return contested;
  }

  /** Returns when it was last handed to the dispatcher. */
  long launchedNanos() {
    return launchedNanos;
  }

  /**
   * Records that its attempt has ended.
   *
   * @return false if that was recorded before
   */
  boolean answered(Finished finished) {
    if (!inFlight) {
      return false;
    }
    inFlight = false;
    partition.addInFlight(this, -1);
    partition.addBytes(-bytes);
    if (firstTriedAt == null && wasTried(finished.ending())) {
      firstTriedAt = finished.at();
    }
    return true;
  }

  private static boolean wasTried(Ending ending) {
    return ending instanceof Ending.Answered(SendOutcome outcome)
        && !(outcome instanceof SendOutcome.Disconnected);
  }

  /**
   * Records its attempt in its trace, if it has one.
   *
   * @param before its attempts before this one was counted, if it was
   */
  void trace(Finished finished, int before) {
    Journey.Call call = finished.call();
    if (journey == null
        || call == null
        || !(finished.ending() instanceof Ending.Answered(SendOutcome outcome))) {
      return;
    }
    String number = Integer.toString(attempts);
    Instant written = writtenAt();
    journey.attempted(
        attempts > before ? number : number + " at " + finished.at(),
        written == null ? call.launched() : written,
        call,
        finished.at(),
        outcome.getClass().getSimpleName());
  }

  /** Counts an attempt whose outcome concerned this message, not the sender or provider. */
  void countAttempt() {
    attempts = Math.min(attempts + 1, SendRequest.MOST_ATTEMPTS);
  }

  /** Returns how long ago it was first tried. */
  Duration age(Instant now) {
    return firstTriedAt == null ? Duration.ZERO : Duration.between(firstTriedAt, now);
  }

  /** Returns how long ago the producer wrote it; 0 if unknown. */
  Duration sinceWritten(Instant now) {
    Instant written = writtenAt();
    return written == null ? Duration.ZERO : Duration.between(written, now);
  }

  /** Returns whether it was written too long ago to be sent without being checked again. */
  boolean isTooOld(Instant now) {
    return sinceWritten(now).compareTo(SendRequest.SENT_WITHIN) > 0 && !mustWait(now);
  }

  /** Returns whether its record says that it must wait, and no attempt was made since. */
  boolean mustWait(Instant now) {
    Instant recorded = request.notBefore();
    return recorded != null && request.attempts() == attempts && recorded.isAfter(now);
  }

  /** Records when it may be tried again; null means at once. */
  void postpone(@Nullable Instant until) {
    notBefore = until;
  }

  /** Returns how long it must still wait. */
  Duration waitLeft(Instant now) {
    return notBefore == null || now.isAfter(notBefore)
        ? Duration.ZERO
        : Duration.between(now, notBefore);
  }

  /** Whether it must wait and only this worker knows. */
  boolean waitsUnrecorded(Instant now) {
    return notBefore != null && notBefore.isAfter(now) && !notBefore.equals(request.notBefore());
  }

  /** Returns a copy of the request for the tail of its lane, to be tried from a time on. */
  SendRequest again(@Nullable Instant until) {
    // With the current rate, because the copy becomes the newest record of its lane.
    double rate = partition.lane(this).permitsPerSecond();
    return request.again(attempts, until, firstTriedAt, rate);
  }

  /** Returns a copy of the request for the tail of its lane, with the wait it has left. */
  SendRequest again() {
    return again(notBefore);
  }

  /** Returns the record that returns it to the producer unsent. */
  ReturnedRequest returned(ReturnedRequest.@Nullable FullLane full) {
    return new ReturnedRequest(
        request.recipientId(),
        request.campaignId(),
        request.round(),
        attempts,
        firstTriedAt,
        full,
        notBefore);
  }

  /** Returns its result; texts from the provider are cut to the stored lengths. */
  SendResult result(
      RecipientStatus status,
      @Nullable String messageId,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      Instant at,
      boolean optOut) {
    return SendResult.of(request.recipientId(), request.campaignId(), request.round(), status, at)
        .messageId(Clipped.orNull(255, messageId))
        .error(Clipped.orNull(100, errorCode), Clipped.orNull(1_000, errorDetail))
        .attempts(attempts)
        .optOut(optOut)
        .forTest(request.isForTest())
        .externalId(request.externalId())
        .build();
  }

  /**
   * Returns the text that comes back with the provider's receipts; that of a test belongs to no
   * campaign.
   */
  String callbackData() {
    return new CallbackData(
            request.campaignId(), request.recipientId(), request.round(), request.isForTest())
        .toString();
  }
}
