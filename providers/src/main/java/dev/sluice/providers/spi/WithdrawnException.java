package dev.sluice.providers.spi;

/** A message was not sent, because whoever asked for it wants it no longer. */
public class WithdrawnException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Without a stack trace: it may be thrown for all that is in flight at once. */
  public WithdrawnException(String reason) {
    super(reason, null, false, false);
  }
}
