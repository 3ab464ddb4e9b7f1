package dev.sluice.schema;

import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a campaign or a sender may send now; the newest record of its key on the compacted topic
 * {@code controls}.
 *
 * @param state what applies
 * @param reason why, for people
 */
public record Control(State state, @Nullable String reason) {

  /** What applies to a campaign or a sender. */
  public enum State {
    RUNNING,
    /** Messages wait, and go on when it runs again. */
    PAUSED,
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
    return "sender/" + senderId;
  }
}
