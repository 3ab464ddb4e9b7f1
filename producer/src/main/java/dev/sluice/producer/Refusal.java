package dev.sluice.producer;

/** Why a record becomes a dead letter. */
enum Refusal {
  /** It is no command, control or returned request. */
  UNREADABLE,
  /** The fan-out knows nothing of its campaign, which was perhaps never started. */
  UNKNOWN,
  /** It asks for what nobody can have, or not in its campaign's state. */
  IMPOSSIBLE
}
