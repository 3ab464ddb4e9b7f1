package dev.sluice.providers.whatsapp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.jspecify.annotations.Nullable;

/**
 * Meta's {@code X-Hub-Signature-256}: HMAC-SHA256 of the raw body with the app's secret, compared
 * in constant time.
 */
public final class WebhookSignature {
  private static final String SCHEME = "sha256=";

  private final byte[] secret;

  public WebhookSignature(String appSecret) {
    secret = appSecret.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the header signs these bytes; a missing one does not. */
  public boolean signs(@Nullable String header, byte[] body) {
    if (header == null || !header.startsWith(SCHEME)) {
      return false;
    }
    try {
      byte[] claimed = HexFormat.of().parseHex(header, SCHEME.length(), header.length());
      byte[] right = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, secret).hmac(body);
      return MessageDigest.isEqual(right, claimed);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
