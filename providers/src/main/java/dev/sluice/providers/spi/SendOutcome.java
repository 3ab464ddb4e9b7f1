package dev.sluice.providers.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The outcome of one attempt to send. Sealed, so that the compiler finds missing cases. */
public sealed interface SendOutcome {

  /**
   * The provider took the message.
   *
   * @param messageId its id there, or empty if the provider gives none
   * @param note what people should know about it, or null
   */
  record Accepted(String messageId, @Nullable String note) implements SendOutcome {
    /** One that there is nothing to say about. */
    public Accepted(String messageId) {
      this(messageId, null);
    }
  }

  /** The provider refused it because of its recipient, and would again. */
  record Refused(String code, String detail) implements SendOutcome {}

  /** The provider refused it because its recipient wants nothing from this business. */
  record OptedOut(String code, String detail) implements SendOutcome {}

  /**
   * The provider refused what was asked, and would again. Where that happens to one after the
   * other, the campaign is at fault, not its recipients.
   */
  record BadRequest(String code, String detail) implements SendOutcome {}

  /**
   * The provider did not take it, but may another time. It uses up one of the recipient's attempts.
   *
   * @param after how long the provider asks to wait, or null if it does not say
   */
  record TryAgain(String code, String detail, @Nullable Duration after) implements SendOutcome {}

  /**
   * As {@link TryAgain}, but from a provider that seems to be down. Where that happens to one after
   * the other it uses up no attempts, and the sender waits until the provider is back.
   */
  record Unavailable(String code, String detail, @Nullable Duration after) implements SendOutcome {}

  /** Too many messages to this recipient; the others go on. It uses up an attempt. */
  record PairLimited(String code, String detail) implements SendOutcome {}

  /**
   * The provider wants fewer messages. It uses up no attempt.
   *
   * @param after how long the provider asks to wait, or null if it does not say
   */
  record Throttled(String code, String detail, @Nullable Duration after) implements SendOutcome {}

  /** The provider takes nothing from this sender until people have done something. */
  record SenderBlocked(String code, String detail) implements SendOutcome {}

  /** The provider takes nothing of this campaign until people have done something. */
  record CampaignStopped(String code, String detail) implements SendOutcome {}

  /** It was never handed to the provider, because the worker was late. It uses up no attempt. */
  record NotLaunched(String detail) implements SendOutcome {}

  /**
   * It had its permit and was not written: its connection had been closed while it waited, and no
   * other was open in time. It uses up no attempt.
   */
  record Disconnected(String detail) implements SendOutcome {}

  /**
   * It could not be prepared, because the provider's own code failed on it. It uses up an attempt.
   * Where that happens to one after the other, the campaign is at fault.
   */
  record NotPrepared(String detail) implements SendOutcome {}

  /** The provider may or may not have taken it. It must not be sent again. */
  record InDoubt(String detail) implements SendOutcome {}
}
