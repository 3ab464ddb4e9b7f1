package dev.sluice.worker.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of one attempt to send. Closed, so that the compiler finds who forgot a case. */
public sealed interface Outcome {

  /** The provider took the message. */
  record Accepted(String messageId) implements Outcome {}

  /** The provider refused it, and would again. */
  record Refused(String code, String detail) implements Outcome {}

  /**
   * The provider did not take it, but may another time. It uses up one of the recipient's attempts.
   *
   * @param after how long the provider asks to wait, or null if it does not say
   */
  record TryAgain(String code, String detail, @Nullable Duration after) implements Outcome {}

  /**
   * The provider wants fewer messages. It uses up no attempt.
   *
   * @param after how long the provider asks to wait, or null if it does not say
   */
  record Throttled(String code, String detail, @Nullable Duration after) implements Outcome {}

  /** The provider may or may not have taken it. It must not be sent again. */
  record InDoubt(String detail) implements Outcome {}
}
