package dev.sluice.providers.http;

import dev.sluice.local.SelfSignedCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One certificate for all tests, because creating it takes a second. */
public final class TestCertificate {
  public static final SelfSignedCertificate SHARED = make();

  private TestCertificate() {}

  static SelfSignedCertificate make() {
    try {
      Path file = Files.createTempFile("certificate", ".pem");
      file.toFile().deleteOnExit();
      return SelfSignedCertificate.writtenTo(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
