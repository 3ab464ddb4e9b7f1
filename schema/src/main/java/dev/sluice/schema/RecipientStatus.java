package dev.sluice.schema;

/**
 * The state of a recipient. The constants are in rank order: a status only ever moves to a higher
 * one, which makes writing results idempotent and commutative.
 */
public enum RecipientStatus {
  PENDING,
  SUPPRESSED,
  /**
   * In doubt: the provider may or may not have the message; only a receipt or an operator settles
   * it.
   */
  UNCONFIRMED,
  SENT,
  FAILED,
  DELIVERED,
  READ;

  /** Returns whether a recipient with this status moves on to {@code next}. */
  public boolean risesTo(RecipientStatus next) {
    return next.compareTo(this) > 0;
  }
}
