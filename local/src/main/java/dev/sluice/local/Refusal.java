package dev.sluice.local;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the simulated provider answers to messages for certain numbers instead of taking them.
 *
 * @param number the recipients, as a regular expression that the whole number matches
 * @param status the answer's HTTP status
 * @param code the error's code
 * @param receipt whether it takes the message and reports the error by a receipt instead
 */
public record Refusal(Pattern number, int status, int code, boolean receipt) {

  /**
   * Reads {@code REGEX=CODE}, {@code REGEX=CODE/STATUS} or {@code REGEX=CODE/receipt}.
   *
   * @throws IllegalArgumentException if it is none of these
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
