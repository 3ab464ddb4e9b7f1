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

  /**
   * Has the folder deleted by a process that may outlive this one: the databases of many tests are
   * some ten thousand files.
   */
  Process discard() {
    try {
      return new ProcessBuilder("rm", "-rf", path.toString())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
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
