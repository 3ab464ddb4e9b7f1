package dev.sluice.providers.whatsapp;

import dev.sluice.schema.Clipped;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads fields of somebody else's JSON within bounds: whatever stands there, the result can be
 * stored.
 */
final class Bounded {
  private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]{1,255}");
  private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

  /** Control characters, and halves of characters. */
  private static final Pattern UNFIT = Pattern.compile("[\\p{Cntrl}\\p{Cs}]+");

  /** Seconds since 1970 do not get there before the year 5138: such a time is in milliseconds. */
  private static final long MILLISECONDS = 100_000_000_000L;

  private Bounded() {}

  /** An id, a code or the like: printable ASCII of at most 255 characters, else empty. */
  static String name(JsonNode node) {
    String text = text(node);
    return NAME.matcher(text).matches() ? text : "";
  }

  /**
   * Words for people, in one line, cut if they are longer.
   *
   * @param longest characters
   */
  static String words(JsonNode node, int longest) {
    return UNFIT.matcher(Clipped.to(longest, text(node))).replaceAll(" ");
  }

  /** A number of at most 18 digits, which may stand in a string; null if there is none. */
  static @Nullable Long number(JsonNode node) {
    String text = text(node);
    return DIGITS.matcher(text).matches() ? Long.valueOf(text) : null;
  }

  /**
   * A time, given in seconds or milliseconds since 1970: now if there is none, or if it is still to
   * come.
   */
  static Instant time(JsonNode node, Instant now) {
    Long since = number(node);
    if (since == null || since == 0) {
      return now;
    }
    Instant time =
        since < MILLISECONDS ? Instant.ofEpochSecond(since) : Instant.ofEpochMilli(since);
    return time.isAfter(now) ? now : time;
  }

  // Numbers beyond a long are left alone: to print one of 900,000 digits takes seconds.
  private static String text(JsonNode node) {
    boolean small = node.isIntegralNumber() && node.canConvertToLong();
    return node.isString() || small ? node.asString() : "";
  }
}
