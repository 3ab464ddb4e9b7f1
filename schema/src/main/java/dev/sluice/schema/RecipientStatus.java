package dev.sluice.schema;

/**
 * Where a recipient stands. The constants are in rank order: a status only ever moves to a higher
 * one, which makes writing results idempotent and commutative.
 */
public enum RecipientStatus {
  PENDING,
  SUPPRESSED,
  /** The provider may or may not have the message; only a receipt or an operator settles it. */
  UNCONFIRMED,
  SENT,
  FAILED,
  DELIVERED,
  READ;

  /** Whether a recipient with this status takes {@code next}. */
  public boolean risesTo(RecipientStatus next) {
    return next.compareTo(this) > 0;
  }
}
