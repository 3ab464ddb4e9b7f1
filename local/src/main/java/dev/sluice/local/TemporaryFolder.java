package dev.sluice.local;

import dev.sluice.runtime.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary folder, deleted on close. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;

  /** Creates the folder. */
  public TemporaryFolder(String name) {
    try {
      path = Files.createTempDirectory("sluice-" + name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder", e);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      Folders.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }
}
