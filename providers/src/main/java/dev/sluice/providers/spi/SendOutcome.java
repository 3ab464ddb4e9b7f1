package dev.sluice.providers.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The outcome of one attempt to send. Sealed, so that the compiler finds missing cases. */
public sealed interface SendOutcome {

  /**
   * The provider took the message.
   *
   * @param messageId its id there, or empty if the provider gives none
   * @param note a remark for people, or null
   */
  record Accepted(String messageId, @Nullable String note) implements SendOutcome {
    /** Creates an outcome without a note. */
    public Accepted(String messageId) {
      this(messageId, null);
    }
  }

  /** The provider refused it because of its recipient, and would refuse it again. */
  record Refused(String code, String detail) implements SendOutcome {}

  /** The provider refused it because its recipient wants no messages from this business. */
  record OptedOut(String code, String detail) implements SendOutcome {}

  /**
   * The provider refused the request, and would refuse it again. If many in a row end so, the fault
   * lies with the campaign, not its recipients.
   */
  record BadRequest(String code, String detail) implements SendOutcome {}

  /**
   * The provider did not take it, but may take it later. It uses up one of the recipient's
   * attempts.
   *
   * @param after how long the provider asks to wait, or null if it does not say
   */
  record TryAgain(String code, String detail, @Nullable Duration after) implements SendOutcome {}

  /**
   * As {@link TryAgain}, but from a provider that seems to be down. If many in a row end so, they
   * use up no attempts, and the sender waits until the provider is back.
   */
  record Unavailable(String code, String detail, @Nullable Duration after) implements SendOutcome {
    /** The code if there was no connection, so that nothing was written. */
    public static final String NOT_CONNECTED = "not_connected";

    /** Returns whether the message was not written. */
    public boolean isUnwritten() {
      return code.equals(NOT_CONNECTED);
    }
  }

  /** Too many messages to this recipient; others may be sent. It uses up an attempt. */
  record PairLimited(String code, String detail) implements SendOutcome {}

  /**
   * The provider asks for a lower rate. It uses up no attempt.
   *
   * @param after how long the provider asks to wait, or null if it does not say
   */
  record Throttled(String code, String detail, @Nullable Duration after) implements SendOutcome {}

  /** The provider takes nothing from this sender until an operator acts. */
  record SenderBlocked(String code, String detail) implements SendOutcome {}

  /** The provider takes nothing from this campaign until an operator acts. */
  record CampaignStopped(String code, String detail) implements SendOutcome {}

  /**
   * It got its permit but was not written: its connection was closed while it waited, and no other
   * could be opened in time. It uses up no attempt.
   */
  record Disconnected(String detail) implements SendOutcome {}

  /**
   * It could not be prepared, because the provider's own code failed on it. It uses up an attempt.
   * If many in a row end so, the fault lies with the campaign.
   */
  record NotPrepared(String detail) implements SendOutcome {}

  /** The provider may or may not have taken it. It must not be sent again. */
  record InDoubt(String detail) implements SendOutcome {}
}
