package dev.sluice.console.access;

import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Admits requests that carry the API's token (RFC 6750), compared in constant time. */
final class BearerToken {
  /** Schemes are the same in any case; tabs pass for spaces, as in other white space (RFC 9110). */
  private static final Pattern CREDENTIALS = Pattern.compile("(?i)bearer[ \\t]+(.+)");

  private final byte[] expected;
  private final WrongTokens wrong;

  BearerToken(String token, WrongTokens wrong) {
    expected = token.getBytes(StandardCharsets.UTF_8);
    this.wrong = wrong;
  }

  /** Lets only those in who know the token. */
  void require(Context context) {
    if (!isGiven(context)) {
      context.header("WWW-Authenticate", "Bearer");
      throw ProblemException.unauthorized(
          "Send the API token as \"Authorization: Bearer <token>\".");
    }
    refuseWrong(context);
  }

  /** Lets those in who know the token or bring none. */
  void refuseWrong(Context context) {
    Optional<String> given = given(context);
    if (given.isEmpty() || isRight(given.get())) {
      return;
    }
    wrong.holdUp(context.ip());
    context.header("WWW-Authenticate", "Bearer");
    throw ProblemException.unauthorized("This is not the API token.");
  }

  /** Whether a request brings a token, right or wrong. */
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
