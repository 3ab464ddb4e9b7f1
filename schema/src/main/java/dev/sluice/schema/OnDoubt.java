package dev.sluice.schema;

/** What becomes of a message of which nobody knows whether the provider took it. */
public enum OnDoubt {
  /** It is never sent again by itself: it stays {@link RecipientStatus#UNCONFIRMED}. */
  HOLD,
  /** It is sent again: for messages that are better received twice than not at all. */
  RESEND
}
