package dev.sluice.providers.spi;

/**
 * The right to send one message now. A provider asks for it as the last act before the message's
 * first byte is written, with everything ready that may take time, so that the rate that is kept
 * here is the rate that the provider sees.
 */
@FunctionalInterface
public interface Permit {
  /** Given at once. */
  Permit FREE = () -> {};

  /**
   * Waits for the message's turn; to be called once.
   *
   * @throws WithdrawnException if the message must not be sent any more. Nothing of it may be
   *     written then, and the exception belongs to whoever gave the permit: let it through
   */
  void await();
}
