package dev.sluice.schema;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What goes out with a message and comes back with its receipts, so that they are known for those
 * of one of our recipients without asking anybody: {@code campaign:recipient:round}.
 *
 * @param test whether the message was tried out and is no campaign's
 */
public record CallbackData(UUID campaignId, long recipientId, int round, boolean test) {
  private static final Pattern TEXT =
      Pattern.compile("(test:)?([0-9a-fA-F-]{36}):(\\d{1,18}):(\\d{1,9})");

  /** What a text says that came with a receipt; empty if it is none of ours. */
  public static Optional<CallbackData> of(String text) {
    Matcher parts = TEXT.matcher(text);
    try {
      return parts.matches()
          ? Optional.of(
              new CallbackData(
                  UUID.fromString(parts.group(2)),
                  Long.parseLong(parts.group(3)),
                  Integer.parseInt(parts.group(4)),
                  parts.group(1) != null))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      // Its dashes are not where a UUID has them.
      return Optional.empty();
    }
  }

  /** The text that goes out. */
  @Override
  public String toString() {
    return (test ? "test:" : "") + campaignId + ":" + recipientId + ":" + round;
  }
}
