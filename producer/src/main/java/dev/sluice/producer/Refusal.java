package dev.sluice.producer;

/** Why a record becomes a dead letter. */
enum Refusal {
  /** It is no command, control or returned request. */
  UNREADABLE,
  /** Nothing is known of its campaign. */
  UNKNOWN,
  /** Its campaign's state does not allow it. */
  IMPOSSIBLE
}
