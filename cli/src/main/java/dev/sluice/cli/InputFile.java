package dev.sluice.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command is to read. */
public final class InputFile {
  private InputFile() {}

  /**
   * The file, if it can be read.
   *
   * @throws IllegalArgumentException saying what is wrong with it
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
