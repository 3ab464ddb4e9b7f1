package dev.sluice.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file given to a command as input. */
public final class InputFile {
  private InputFile() {}

  /**
   * Returns the file if it is readable.
   *
   * @throws IllegalArgumentException if it is not; the message says why
   */
  public static Path require(Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + " is a folder; name a file in it");
    }
    if (Files.notExists(file)) {
      throw new IllegalArgumentException("there is no file " + file);
    }
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("the file " + file + " may not be read");
    }
    return file;
  }
}
