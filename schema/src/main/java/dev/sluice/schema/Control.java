package dev.sluice.schema;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a campaign or a sender may send now; the newest record of its key on the compacted topic
 * {@code controls}.
 *
 * @param state what applies
 * @param reason why, for people
 * @param probing whether workers ask the provider and unblock the sender by themselves; null for no
 * @param provider the name of the provider to ask then, else null
 */
public record Control(
    State state, @Nullable String reason, @Nullable Boolean probing, @Nullable String provider) {

  private static final String SENDER = "sender/";

  /** One that only people change. */
  public Control(State state, @Nullable String reason) {
    this(state, reason, null, null);
  }

  /** A sender is blocked until its provider answers again, which workers find out. */
  public static Control blockedUntilBack(String provider, String reason) {
    return new Control(State.BLOCKED, reason, true, provider);
  }

  /** Whether workers are to ask the provider until it works again. */
  public boolean endsByItself() {
    return Boolean.TRUE.equals(probing);
  }

  /** What applies to a campaign or a sender. */
  public enum State {
    RUNNING,
    /** Messages wait, and go on when it runs again. */
    PAUSED,
    /**
     * Only for senders: the provider takes nothing from it. Messages wait until it is unblocked.
     */
    BLOCKED,
    /** Messages are dropped unsent. */
    CANCELLED
  }

  public Control {
    Objects.requireNonNull(state, "state is missing");
  }

  /** The key of a campaign's control. */
  public static String campaignKey(UUID campaignId) {
    return "campaign/" + campaignId;
  }

  /** The key of a sender's control. */
  public static String senderKey(String senderId) {
    return SENDER + senderId;
  }

  /** The sender whose control has this key; empty if it is not a sender's. */
  public static Optional<String> senderOf(String key) {
    return key.startsWith(SENDER) ? Optional.of(key.substring(SENDER.length())) : Optional.empty();
  }
}
