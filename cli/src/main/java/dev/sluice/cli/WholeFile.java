package dev.sluice.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file completely or not at all: existing content stays until all of the new content is
 * written.
 */
final class WholeFile {
  private WholeFile() {}

  /** The content of a file. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a temporary file in the same folder and moves it into place at the end.
   *
   * @throws IllegalArgumentException if the file is a folder
   */
  static void write(Path file, Content content) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + " is a folder; name a file in it");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A pipe or terminal has no content to protect and must not be replaced.
      try (OutputStream out = Files.newOutputStream(file)) {
        content.writeTo(out);
      }
      return;
    }
    // Follows links, so that they are kept.
    Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path beside = place.resolveSibling(place.getFileName() + "." + UUID.randomUUID() + ".part");
    beside.toFile().deleteOnExit();
    try {
      try (OutputStream out = Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(out);
      }
      Files.move(
          beside, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
