package dev.sluice.schema;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a message reached each status; null for those of which nothing is known.
 *
 * @param sent when the provider took it
 * @param delivered when it was delivered
 * @param read when it was read
 * @param failed when it failed
 */
public record StatusTimes(
    @Nullable Instant sent,
    @Nullable Instant delivered,
    @Nullable Instant read,
    @Nullable Instant failed) {

  /** Returns the time of a single status. */
  static StatusTimes of(RecipientStatus status, Instant at) {
    return new StatusTimes(
        status == RecipientStatus.SENT ? at : null,
        status == RecipientStatus.DELIVERED ? at : null,
        status == RecipientStatus.READ ? at : null,
        status == RecipientStatus.FAILED ? at : null);
  }

  /** Returns the earlier of both times of each status, in any order. */
  public static StatusTimes both(StatusTimes one, StatusTimes other) {
    return new StatusTimes(
        earlier(one.sent, other.sent),
        earlier(one.delivered, other.delivered),
        earlier(one.read, other.read),
        earlier(one.failed, other.failed));
  }

  /** Returns these times within a bound each. */
  StatusTimes storable() {
    return new StatusTimes(storable(sent), storable(delivered), storable(read), storable(failed));
  }

  private static @Nullable Instant storable(@Nullable Instant at) {
    return at == null ? null : SendResult.storable(at);
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }
}
