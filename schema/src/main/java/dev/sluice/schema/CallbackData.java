package dev.sluice.schema;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text sent along with a message, {@code campaign:recipient:round}, which the provider returns
 * with each receipt. It identifies the recipient without a lookup.
 *
 * @param test whether the message is a test and belongs to no campaign
 */
public record CallbackData(UUID campaignId, long recipientId, int round, boolean test) {
  private static final Pattern TEXT =
      Pattern.compile("(test:)?([0-9a-fA-F-]{36}):(\\d{1,18}):(\\d{1,9})");

  /** Parses the text that came with a receipt; empty if it is not one of ours. */
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
      // The dashes are not where a UUID has them.
      return Optional.empty();
    }
  }

  /** Returns the text to send. */
  @Override
  public String toString() {
    return (test ? "test:" : "") + campaignId + ":" + recipientId + ":" + round;
  }
}
