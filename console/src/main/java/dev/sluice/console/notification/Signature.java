package dev.sluice.console.notification;

import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

/**
 * Signs what is posted, as Standard Webhooks 1.0.0 says: HMAC-SHA256 of id, time and body. With
 * several secrets there is a signature for each, so that a receiver can change over in between.
 */
final class Signature {
  private static final String PREFIX = "whsec_";
  private static final int SHORTEST = 24;
  private static final int LONGEST = 64;

  private final List<byte[]> keys;

  private Signature(List<byte[]> keys) {
    this.keys = keys;
  }

  /**
   * Creates a signature.
   *
   * @param secrets one or more, separated by spaces, each with 24 to 64 bytes in base64
   * @throws IllegalArgumentException if one of them is none; the message does not tell it
   */
  static Signature with(String secrets) {
    return new Signature(Stream.of(secrets.strip().split("\\s+")).map(Signature::key).toList());
  }

  private static byte[] key(String secret) {
    byte[] key;
    try {
      key = Base64.getDecoder().decode(secret.replaceFirst("^" + PREFIX, ""));
    } catch (IllegalArgumentException e) {
      // Its message would tell a part of the secret.
      key = new byte[0];
    }
    if (key.length < SHORTEST || key.length > LONGEST) {
      throw new IllegalArgumentException(
          "a secret of webhooks out is whsec_ and %d to %d random bytes in base64"
              .formatted(SHORTEST, LONGEST));
    }
    return key;
  }

  /** Returns the header's value. */
  String of(String id, long timestamp, String body) {
    String signed = id + "." + timestamp + "." + body;
    return keys.stream()
        .map(key -> new HmacUtils(HmacAlgorithms.HMAC_SHA_256, key).hmac(signed))
        .map(hmac -> "v1," + Base64.getEncoder().encodeToString(hmac))
        .collect(Collectors.joining(" "));
  }
}
