package dev.sluice.local;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is wrong with the simulated provider's answers to certain senders. Their messages are taken
 * all the same: whoever takes such an answer for a refusal sends twice.
 *
 * @param numbers the senders' phone number ids, as a regular expression that the whole id matches
 * @param mode what happens instead of a right answer
 */
public record Trouble(Pattern numbers, Mode mode) {

  /** What may happen instead of a right answer. */
  public enum Mode {
    /** The request is read, and nothing is answered. */
    SILENCE,
    /** The connection is reset when the request was read. */
    RESET,
    /** The head of an answer and the beginning of its body, and then nothing. */
    ENDLESS_BODY,
    /** A right answer, four bytes a second. */
    TRICKLE,
    /** A right answer that is longer than 64 KiB. */
    OVERSIZE,
    /** A page with status 200, as something in between would show. */
    HTML,
    /** Status 502 without the API's error. */
    BAD_GATEWAY,
    /** Status 504 without the API's error. */
    GATEWAY_TIMEOUT;

    /** How it is written in settings. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Mode parse(String text) {
      return Arrays.stream(values())
          .filter(mode -> mode.toString().equals(text))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "there is no trouble \"" + text + "\", only " + List.of(values())));
    }
  }

  /** For all senders. */
  public static Trouble forAll(Mode mode) {
    return new Trouble(Pattern.compile(".*"), mode);
  }

  /**
   * Reads {@code REGEX=MODE}, like {@code 1065403=silence}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Trouble parse(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("expected REGEX=MODE, not " + text);
    }
    try {
      return new Trouble(
          Pattern.compile(text.substring(0, equals)), Mode.parse(text.substring(equals + 1)));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a regular expression: " + text, e);
    }
  }

  boolean concerns(String numberId) {
    return numbers.matcher(numberId).matches();
  }
}
