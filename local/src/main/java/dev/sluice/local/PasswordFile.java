package dev.sluice.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A password stored beside the data that it protects, readable only by its owner. */
final class PasswordFile {
  private static final SecureRandom RANDOM = new SecureRandom();

  private PasswordFile() {}

  /** Returns the password in {@code DATA.password}, creating it if there is none. */
  static String beside(Path data) throws IOException {
    Path file = data.resolveSibling(data.getFileName() + ".password");
    if (Files.exists(file)) {
      return Files.readString(file).strip();
    }
    byte[] secret = new byte[16];
    RANDOM.nextBytes(secret);
    String password = HexFormat.of().formatHex(secret);
    Files.createFile(file, permissions(file));
    Files.writeString(file, password);
    return password;
  }

  private static FileAttribute<?>[] permissions(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
