package dev.sluice.local;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The simulated provider's error for messages to certain numbers.
 *
 * @param number the recipients, a regular expression that must match the whole number
 * @param status the HTTP status of the response
 * @param code the error's code
 * @param receipt whether it accepts the message and reports the error in a receipt instead
 */
public record Refusal(Pattern number, int status, int code, boolean receipt) {

  /**
   * Parses {@code REGEX=CODE}, {@code REGEX=CODE/STATUS} or {@code REGEX=CODE/receipt}.
   *
   * @throws IllegalArgumentException if the text has none of these forms
   */
  public static Refusal parse(String text) {
    int equals = text.lastIndexOf('=');
    String[] answer = text.substring(equals + 1).split("/", 2);
    try {
      boolean receipt = answer.length > 1 && answer[1].equals("receipt");
      int status = answer.length > 1 && !receipt ? Integer.parseInt(answer[1]) : 400;
      return new Refusal(
          Pattern.compile(text.substring(0, Math.max(0, equals))),
          status,
          Integer.parseInt(answer[0]),
          receipt);
    } catch (NumberFormatException | PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "expected REGEX=CODE, REGEX=CODE/STATUS or REGEX=CODE/receipt, not " + text, e);
    }
  }

  boolean concerns(String to) {
    return number.matcher(to).matches();
  }
}
