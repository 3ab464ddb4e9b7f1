package dev.sluice.providers.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The right to send one message now. A provider waits for it as the last act before the message's
 * first byte is written, with everything ready that may take time, so that the provider sees the
 * same rate that is enforced here.
 */
@FunctionalInterface
public interface Permit {
  /** A permit that is granted at once. */
  Permit FREE = () -> {};

  /**
   * Waits for the message's turn; call it once.
   *
   * @throws WithdrawnException if the message must not be sent any more. Nothing of it may be
   *     written then; do not catch the exception, it is for the permit's issuer
   */
  void await();

  /**
   * Notes that the message waited this much longer for others of this process before its connection
   * was opened, which is no delay of the provider's.
   *
   * @throws WithdrawnException as {@link #await} does
   */
  default void queued(Duration time) {}

  /**
   * Returns the id of the message's sender. A provider shares what its senders wait for fairly
   * among them.
   */
  default String sender() {
    return "";
  }

  /**
   * Returns the W3C {@code traceparent} that a provider called over HTTP gets with this message, or
   * null if the message is not traced.
   */
  default @Nullable String traceparent() {
    return null;
  }

  /** Notes the status of the response, if the provider is called over HTTP. */
  default void answered(int httpStatus) {}
}
