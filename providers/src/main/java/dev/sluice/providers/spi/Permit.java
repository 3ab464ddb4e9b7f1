package dev.sluice.providers.spi;

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

  /** Notes the status of the answer, if the provider is called over HTTP. */
  default void answered(int httpStatus) {}
}
