package dev.sluice.console;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Admits requests that carry the API's token, compared in constant time. */
final class BearerToken {
  private static final String SCHEME = "Bearer ";

  private final byte[] expected;

  BearerToken(String token) {
    expected = token.getBytes(StandardCharsets.UTF_8);
  }

  void require(Context context) {
    String header = context.header("Authorization");
    if (header == null
        || !header.startsWith(SCHEME)
        || !MessageDigest.isEqual(
            expected, header.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8))) {
      throw ProblemException.unauthorized();
    }
  }
}
