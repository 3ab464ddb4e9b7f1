package dev.sluice.schema;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a campaign or a sender may send now; the newest record of its key on the compacted topic
 * {@code controls}.
 *
 * @param state the state that applies
 * @param reason an explanation for people
 * @param probing whether workers probe the provider and unblock the sender by themselves; null for
 *     no
 * @param provider the name of the provider to probe, else null
 */
public record Control(
    State state, @Nullable String reason, @Nullable Boolean probing, @Nullable String provider) {

  private static final String SENDER = "sender/";

  /** Creates a control that only people change. */
  public Control(State state, @Nullable String reason) {
    this(state, reason, null, null);
  }

  /**
   * Returns a control that blocks a sender until its provider answers again, which workers find out
   * by probing.
   */
  public static Control blockedUntilBack(String provider, String reason) {
    return new Control(State.BLOCKED, reason, true, provider);
  }

  /** Returns whether workers are to probe the provider and end the block themselves. */
  public boolean endsByItself() {
    return Boolean.TRUE.equals(probing);
  }

  /** The states of a campaign or a sender. */
  public enum State {
    RUNNING,
    /** Messages wait until it runs again. */
    PAUSED,
    /** Only for senders: the provider refuses its messages, which wait until it is unblocked. */
    BLOCKED,
    /** Messages are dropped unsent. */
    CANCELLED
  }

  public Control {
    Objects.requireNonNull(state, "state is missing");
  }

  /** Returns the key of a campaign's control. */
  public static String campaignKey(UUID campaignId) {
    return "campaign/" + campaignId;
  }

  /** Returns the key of a sender's control. */
  public static String senderKey(String senderId) {
    return SENDER + senderId;
  }

  /** Returns the sender whose control has this key; empty if the key is not a sender's. */
  public static Optional<String> senderOf(String key) {
    return key.startsWith(SENDER) ? Optional.of(key.substring(SENDER.length())) : Optional.empty();
  }
}
