package dev.sluice.local;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A fault in the simulated provider's responses to certain senders. Their messages are accepted all
 * the same: a client that takes such a response for a refusal sends twice.
 *
 * @param numbers the senders' phone number ids, a regular expression that must match the whole id
 * @param mode the kind of fault
 */
public record Trouble(Pattern numbers, Mode mode) {

  /** The kinds of faults. */
  public enum Mode {
    /** The request is read but never answered. */
    SILENCE,
    /** The connection is reset once the request has been read. */
    RESET,
    /** The response's first header field goes on and on. */
    ENDLESS_HEAD,
    /** The response stops after its head and the beginning of its body. */
    ENDLESS_BODY,
    /** A correct response at four bytes per second. */
    TRICKLE,
    /** A correct response of more than 64 KiB. */
    OVERSIZE,
    /** An HTML page with status 200, as an intermediary would send. */
    HTML,
    /** Status 502 without the API's error. */
    BAD_GATEWAY,
    /** Status 504 without the API's error. */
    GATEWAY_TIMEOUT;

    /** Returns its name in settings. */
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

  /** Returns a fault for all senders. */
  public static Trouble forAll(Mode mode) {
    return new Trouble(Pattern.compile(".*"), mode);
  }

  /**
   * Parses {@code REGEX=MODE}, like {@code 1065403=silence}.
   *
   * @throws IllegalArgumentException if the text is not of that form
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
