package dev.sluice.schema;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** At most so many messages to a person within so many days. */
public record FrequencyCap(int messages, int days) {
  public static final int MOST_MESSAGES = 1_000;

  /** No message counts for longer. */
  public static final int MOST_DAYS = 90;

  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

  public FrequencyCap {
    if (messages < 1 || messages > MOST_MESSAGES || days < 1 || days > MOST_DAYS) {
      throw new IllegalArgumentException(
          "a frequency cap is of 1 to 1,000 messages in 1 to 90 days, not %d in %d"
              .formatted(messages, days));
    }
  }

  /**
   * Parses a text like {@code 3/7}.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static FrequencyCap parse(String text) {
    Matcher cap = TEXT.matcher(text);
    if (!cap.matches()) {
      throw new IllegalArgumentException(
          "a frequency cap is like 3/7, for 3 messages in 7 days, not '" + text + "'");
    }
    return new FrequencyCap(Integer.parseInt(cap.group(1)), Integer.parseInt(cap.group(2)));
  }

  /** Returns since when messages count. */
  public Instant since(Instant now) {
    return now.minus(Duration.ofDays(days - 1)).minus(SendRequest.COUNTS_FOR);
  }

  @Override
  public String toString() {
    return messages
        + (messages == 1 ? " message in " : " messages in ")
        + days
        + (days == 1 ? " day" : " days");
  }
}
