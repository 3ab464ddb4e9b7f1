package dev.sluice.console.notification;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The outcome of posting an event once. */
sealed interface Outcome {
  /** The receiver has it. */
  record Taken() implements Outcome {}

  /** The receiver does not want it, or nobody is there who does: repeating it may not help. */
  record Refused(String reason) implements Outcome {}

  /**
   * The receiver cannot take it now.
   *
   * @param retryAfter how long it asks to wait, or null
   */
  record Away(String reason, @Nullable Duration retryAfter) implements Outcome {}
}
