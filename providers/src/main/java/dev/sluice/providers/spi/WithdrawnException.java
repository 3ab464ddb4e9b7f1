package dev.sluice.providers.spi;

/** Thrown if a message was withdrawn before it was sent. */
public class WithdrawnException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates an exception without a stack trace, as it may be thrown for everything in flight at
   * once.
   */
  public WithdrawnException(String reason) {
    super(reason, null, false, false);
  }
}
