package dev.sluice.schema;

/** The treatment of a message in doubt: one that the provider may or may not have taken. */
public enum OnDoubt {
  /** Never send it again automatically; it stays {@link RecipientStatus#UNCONFIRMED}. */
  HOLD,
  /** Send it again: for messages that are better received twice than not at all. */
  RESEND
}
