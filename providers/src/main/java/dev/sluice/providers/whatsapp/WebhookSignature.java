package dev.sluice.providers.whatsapp;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Meta's {@code X-Hub-Signature-256}: HMAC-SHA256 of the raw body with the app's secret, compared
 * in constant time.
 */
public final class WebhookSignature {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String SCHEME = "sha256=";

  private final SecretKeySpec key;

  public WebhookSignature(String appSecret) {
    key = new SecretKeySpec(appSecret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /** Whether the header signs these bytes; a missing one does not. */
  public boolean signs(@Nullable String header, byte[] body) {
    if (header == null || !header.startsWith(SCHEME)) {
      return false;
    }
    try {
      byte[] claimed = HexFormat.of().parseHex(header, SCHEME.length(), header.length());
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return MessageDigest.isEqual(mac.doFinal(body), claimed);
    } catch (IllegalArgumentException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
