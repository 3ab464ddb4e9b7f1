package dev.sluice.console.access;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** A password as it is stored: PBKDF2 with HMAC-SHA256, in the form of PHC strings. */
record PasswordHash(
    int iterations,
    @SuppressWarnings("ArrayRecordComponent") byte[] salt,
    @SuppressWarnings("ArrayRecordComponent") byte[] key) {
  /** What OWASP asks for. */
  private static final int ITERATIONS = 600_000;

  /** Fewer are guessed too fast, and more would be a way to keep the console busy. */
  private static final int FEWEST = 100_000;

  private static final int MOST = 5_000_000;

  private static final int SALT = 16;
  private static final int KEY = 32;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORM =
      Pattern.compile(
          "\\$pbkdf2-sha256\\$i=(\\d{1,9})\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})");

  /** Hashes a new password. */
  static PasswordHash of(String password) {
    return of(password, ITERATIONS);
  }

  static PasswordHash of(String password, int iterations) {
    byte[] salt = new byte[SALT];
    RANDOM.nextBytes(salt);
    return new PasswordHash(iterations, salt, derive(password, salt, iterations));
  }

  /** Returns a hash of no password, which takes as long to compare as the given one. */
  static PasswordHash ofNothing(int iterations) {
    byte[] noise = new byte[SALT + KEY];
    RANDOM.nextBytes(noise);
    return new PasswordHash(
        iterations, Arrays.copyOf(noise, SALT), Arrays.copyOfRange(noise, SALT, noise.length));
  }

  /**
   * Reads a hash.
   *
   * @throws IllegalArgumentException if it is none; the message does not contain it
   */
  static PasswordHash parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("the hash is not one that \"sluice user hash\" prints");
    }
    int iterations = Integer.parseInt(parts.group(1));
    if (iterations < FEWEST || iterations > MOST) {
      throw new IllegalArgumentException(
          "the hash must have between " + FEWEST + " and " + MOST + " iterations");
    }
    return new PasswordHash(
        iterations,
        Base64.getDecoder().decode(parts.group(2)),
        Base64.getDecoder().decode(parts.group(3)));
  }

  /** Returns whether this is the hash of a password; takes the same time either way. */
  boolean isOf(String password) {
    return MessageDigest.isEqual(key, derive(password, salt, iterations));
  }

  /** The same, and takes as long as that many iterations, which tells nothing about this hash. */
  boolean isOf(String password, int cost) {
    boolean is = isOf(password);
    if (cost > iterations) {
      derive(password, salt, cost - iterations);
    }
    return is;
  }

  private static byte[] derive(String password, byte[] salt, int iterations) {
    // The same password from another keyboard or system may be composed differently.
    char[] characters = Normalizer.normalize(password, Normalizer.Form.NFC).toCharArray();
    PBEKeySpec spec = new PBEKeySpec(characters, salt, iterations, KEY * 8);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot hash passwords", e);
    } finally {
      spec.clearPassword();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PasswordHash that
        && iterations == that.iterations
        && Arrays.equals(salt, that.salt)
        && MessageDigest.isEqual(key, that.key);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(salt);
  }

  /** Returns the hash as it stands in a file. */
  @Override
  public String toString() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$pbkdf2-sha256$i=%d$%s$%s"
        .formatted(iterations, base64.encodeToString(salt), base64.encodeToString(key));
  }
}
