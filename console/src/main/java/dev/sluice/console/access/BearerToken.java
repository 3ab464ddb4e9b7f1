package dev.sluice.console.access;

import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Admits requests that carry the API's token (RFC 6750), compared in constant time. */
final class BearerToken {
  /** Schemes are case-insensitive (RFC 9110); tabs count as spaces, as in other white space. */
  private static final Pattern CREDENTIALS = Pattern.compile("(?i)bearer[ \\t]+(.+)");

  private final byte[] expected;
  private final WrongSecrets wrong;
  private final UnaryOperator<ProblemException> told;

  /**
   * Creates it.
   *
   * @param told adds to a refusal what else admits a caller
   */
  BearerToken(String token, WrongSecrets wrong, UnaryOperator<ProblemException> told) {
    expected = token.getBytes(StandardCharsets.UTF_8);
    this.wrong = wrong;
    this.told = told;
  }

  /** Refuses requests with a wrong token; those with the right one or none pass. */
  void refuseWrong(Context context) {
    Optional<String> given = given(context);
    if (given.isEmpty() || isRight(given.get())) {
      return;
    }
    wrong.holdUp(context.ip());
    context.header("WWW-Authenticate", "Bearer");
    throw told.apply(ProblemException.unauthorized("This is not the API token."));
  }

  /** Returns whether a request carries a token, right or wrong. */
  static boolean isGiven(Context context) {
    return given(context).isPresent();
  }

  private static Optional<String> given(Context context) {
    String header = context.header("Authorization");
    Matcher credentials = CREDENTIALS.matcher(header == null ? "" : header.strip());
    return credentials.matches() ? Optional.of(credentials.group(1)) : Optional.empty();
  }

  private boolean isRight(String given) {
    return MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
  }
}
