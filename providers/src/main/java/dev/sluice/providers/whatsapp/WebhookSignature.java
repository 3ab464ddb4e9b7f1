package dev.sluice.providers.whatsapp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.jspecify.annotations.Nullable;

/**
 * Verifies Meta's {@code X-Hub-Signature-256}: HMAC-SHA256 of the raw body with the app's secret,
 * compared in constant time.
 */
public final class WebhookSignature {
  private static final String SCHEME = "sha256=";
  private static final Pattern WELL_FORMED = Pattern.compile(SCHEME + "\\p{XDigit}{64}");

  private final byte[] secret;

  public WebhookSignature(String appSecret) {
    secret = appSecret.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns whether the header has the form of a signature, which can be checked before the body
   * has arrived.
   */
  public static boolean isWellFormed(@Nullable String header) {
    return header != null && WELL_FORMED.matcher(header).matches();
  }

  /** Returns whether the header is the signature of these bytes; false if it is missing. */
  public boolean signs(@Nullable String header, byte[] body) {
    if (header == null || !isWellFormed(header)) {
      return false;
    }
    byte[] claimed = HexFormat.of().parseHex(header, SCHEME.length(), header.length());
    byte[] right = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, secret).hmac(body);
    return MessageDigest.isEqual(right, claimed);
  }
}
