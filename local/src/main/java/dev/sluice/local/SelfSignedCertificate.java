package dev.sluice.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server's self-signed certificate for {@code localhost}. Clients need its file to trust it. */
public final class SelfSignedCertificate {
  private static final String ALIAS = "server";
  private static final String PASSWORD = "not a secret";

  private final KeyStore key;
  private final Path file;

  private SelfSignedCertificate(KeyStore key, Path file) {
    this.key = key;
    this.file = file;
  }

  /**
   * Creates a certificate and writes it to a PEM file, without its key. Takes a second or two,
   * because only the JDK's keytool creates certificates.
   */
  public static SelfSignedCertificate writtenTo(Path file) throws InterruptedException {
    try (TemporaryFolder folder = new TemporaryFolder("certificate")) {
      Path store = folder.path().resolve("key.p12");
      generate(store);
      KeyStore key = KeyStore.getInstance("PKCS12");
      try (InputStream stream = Files.newInputStream(store)) {
        key.load(stream, PASSWORD.toCharArray());
      }
      byte[] certificate = Objects.requireNonNull(key.getCertificate(ALIAS)).getEncoded();
      Files.writeString(file, pem("CERTIFICATE", certificate));
      return new SelfSignedCertificate(key, file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a certificate in " + file, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot read the certificate that was made", e);
    }
  }

  private static void generate(Path store) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1",
                "-validity",
                "365",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + output);
    }
  }

  private static String pem(String label, byte[] encoded) {
    return String.join(
        "\n",
        List.of(
            "-----BEGIN " + label + "-----",
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded),
            "-----END " + label + "-----",
            ""));
  }

  /** Returns the certificate's PEM file. */
  public Path file() {
    return file;
  }

  /** Returns its private key as PEM, for servers that read files. */
  public String privateKey() {
    try {
      Key own = Objects.requireNonNull(key.getKey(ALIAS, PASSWORD.toCharArray()));
      return pem("PRIVATE KEY", own.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot read the key that was made", e);
    }
  }

  /** Returns the TLS context of a server with this certificate. */
  public SSLContext forServer() {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(key, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot use the certificate that was made", e);
    }
  }
}
