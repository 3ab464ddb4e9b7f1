package dev.sluice.console.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporary files, all of them together within a budget, and only as long as the disk keeps room
 * for others. A quarter of the budget is divided among all possible files, so that a few that take
 * the rest leave room for each of the others. A file is unlinked as soon as it is open, so that
 * nothing is left of it whatever happens to this process; where that is not possible, the next
 * process removes it.
 */
public final class Spool {
  private static final Logger log = LoggerFactory.getLogger(Spool.class);
  private static final String PREFIX = "sluice-upload-";

  /** Step by which files take of the budget, and check the disk, in bytes. */
  private static final int PORTION = 1 << 20;

  /**
   * How much may be kept.
   *
   * @param folder where the files are
   * @param longest the longest file, in bytes
   * @param together all files at the same time, in bytes
   * @param leastFree what stays free on the disk, in bytes
   */
  public record Limits(Path folder, long longest, long together, long leastFree) {
    static final Limits DEFAULT =
        new Limits(Path.of(System.getProperty("java.io.tmpdir")), 1L << 30, 4L << 30, 128L << 20);
  }

  private final Limits limits;

  /** Bytes reserved for each file. */
  private final long own;

  /** The bytes that files take beyond that. */
  private final ByteBudget budget;

  /**
   * Creates an empty spool, and removes the files that another process left.
   *
   * @param files how many files there may be at the same time
   */
  Spool(Limits limits, int files) {
    this.limits = limits;
    own = limits.together() / 4 / files;
    budget = new ByteBudget(limits.together() - own * files);
    removeLeftOnes();
  }

  /** Files of another running process are open and need no name. */
  private void removeLeftOnes() {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(limits.folder(), PREFIX + "*")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.warn("cannot remove what is left of uploads in {}: {}", limits.folder(), e.toString());
    }
  }

  /** Returns how many bytes are reserved for each file, whatever the others take. */
  long own() {
    return own;
  }

  Kept open() throws IOException {
    return new Kept(
        FileChannel.open(
            limits.folder().resolve(PREFIX + UUID.randomUUID()),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE),
        budget.share());
  }

  /** A file that is written and then read; closing it removes it. */
  final class Kept extends OutputStream {
    private final FileChannel file;
    private final OutputStream out;
    private final ByteBudget.Share share;

    /** Bytes for which there was room on the disk. */
    private long looked;

    private Kept(FileChannel file, ByteBudget.Share share) {
      this.file = file;
      this.share = share;
      out = Channels.newOutputStream(file);
    }

    @Override
    public void write(int single) throws IOException {
      write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      long size = file.position() + length;
      if (size > limits.longest()) {
        throw ProblemException.tooLarge(
            "A file has at most " + (limits.longest() >> 20) + " MiB; divide it.");
      }
      for (; size > looked; looked += PORTION) {
        requireRoomOnDisk();
      }
      while (size > own + share.bytes()) {
        grow();
      }
      out.write(bytes, from, length);
    }

    private void requireRoomOnDisk() throws IOException {
      FileStore disk = Files.getFileStore(limits.folder());
      if (disk.getUsableSpace() - PORTION < limits.leastFree()) {
        throw ProblemException.insufficientStorage(
            "The console's disk for temporary files is full, so nothing was saved.");
      }
    }

    private void grow() {
      if (!share.grow(PORTION)) {
        throw ProblemException.unavailable(
            "The files that are being uploaded take the "
                + (limits.together() >> 20)
                + " MiB that they may, so nothing was saved; try again later.");
      }
    }

    /** Returns all that was written, from its beginning. */
    InputStream read() throws IOException {
      file.position(0);
      return Channels.newInputStream(file);
    }

    /** Closes the file. What was made of it is done by then, so a failure is only logged. */
    @Override
    public void close() {
      try (share) {
        file.close();
      } catch (IOException e) {
        log.warn("a temporary file cannot be closed: {}", e.toString());
      }
    }
  }
}
