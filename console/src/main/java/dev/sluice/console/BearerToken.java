package dev.sluice.console;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Admits requests that carry the API's token (RFC 6750), compared in constant time. */
final class BearerToken {
  /** Schemes are the same in any case (RFC 9110). */
  private static final String SCHEME = "Bearer ";

  private final byte[] expected;
  private final WrongTokens wrong;

  BearerToken(String token, WrongTokens wrong) {
    expected = token.getBytes(StandardCharsets.UTF_8);
    this.wrong = wrong;
  }

  /** Lets only those in who know the token. */
  void require(Context context) {
    String given = given(context);
    if (given != null && isRight(given)) {
      return;
    }
    context.header("WWW-Authenticate", "Bearer");
    if (given == null) {
      throw ProblemException.unauthorized(
          "Send the API token as \"Authorization: Bearer <token>\".");
    }
    wrong.holdUp(context.ip());
    throw ProblemException.unauthorized("This is not the API token.");
  }

  /** Whether a request carries it. */
  boolean isIn(Context context) {
    String given = given(context);
    return given != null && isRight(given);
  }

  private static @Nullable String given(Context context) {
    String header = context.header("Authorization");
    return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? header.substring(SCHEME.length()).strip()
        : null;
  }

  private boolean isRight(String given) {
    return MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
  }
}
