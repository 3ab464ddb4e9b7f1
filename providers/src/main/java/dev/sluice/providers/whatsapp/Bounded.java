package dev.sluice.providers.whatsapp;

import dev.sluice.schema.Clipped;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads fields of foreign JSON within bounds, so that any value can be stored. */
final class Bounded {
  private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]{1,255}");
  private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

  /** Control characters and unpaired surrogates. */
  private static final Pattern UNFIT = Pattern.compile("[\\p{Cntrl}\\p{Cs}]+");

  /** A larger time is in milliseconds: in seconds since 1970 it would lie after the year 5138. */
  private static final long MILLISECONDS = 100_000_000_000L;

  private Bounded() {}

  /** Returns an id, a code or the like: printable ASCII of at most 255 characters, else empty. */
  static String name(JsonNode node) {
    String text = text(node);
    return NAME.matcher(text).matches() ? text : "";
  }

  /**
   * Returns text for people on one line, cut to a length.
   *
   * @param longest the maximum length, characters
   */
  static String words(JsonNode node, int longest) {
    return UNFIT.matcher(Clipped.to(longest, text(node))).replaceAll(" ");
  }

  /** Returns a number of at most 18 digits, which may be in a string; null if there is none. */
  static @Nullable Long number(JsonNode node) {
    String text = text(node);
    return DIGITS.matcher(text).matches() ? Long.valueOf(text) : null;
  }

  /**
   * Returns a time given in seconds or milliseconds since 1970; now if there is none or it lies in
   * the future.
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

  // Skip numbers beyond a long: printing one of 900,000 digits takes seconds.
  private static String text(JsonNode node) {
    boolean small = node.isIntegralNumber() && node.canConvertToLong();
    return node.isString() || small ? node.asString() : "";
  }
}
