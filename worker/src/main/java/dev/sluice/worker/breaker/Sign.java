package dev.sluice.worker.breaker;

import dev.sluice.providers.spi.SendOutcome;

/** The sign that the outcome of a send gives about its provider. */
public enum Sign {
  /** It has answered, whatever the response. */
  ANSWER,
  /** It may or may not have received the message. */
  DOUBT,
  /** It has not received the message. */
  NOTHING;

  /** Returns that of a message that may have been written. */
  public static Sign of(SendOutcome outcome) {
    return switch (outcome) {
      case SendOutcome.Accepted a -> ANSWER;
      case SendOutcome.Refused r -> ANSWER;
      case SendOutcome.OptedOut o -> ANSWER;
      case SendOutcome.BadRequest b -> ANSWER;
      case SendOutcome.TryAgain t -> ANSWER;
      case SendOutcome.PairLimited p -> ANSWER;
      case SendOutcome.Throttled t -> ANSWER;
      case SendOutcome.SenderBlocked b -> ANSWER;
      case SendOutcome.CampaignStopped s -> ANSWER;
      case SendOutcome.InDoubt d -> DOUBT;
      case SendOutcome.Unavailable u -> NOTHING;
      case SendOutcome.Disconnected d -> NOTHING;
      case SendOutcome.NotPrepared p -> NOTHING;
    };
  }
}
