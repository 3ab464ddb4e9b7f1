package dev.sluice.console.access;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Loop;
import dev.sluice.schema.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the users, read again when it changes. If it cannot be read then, health says so,
 * and the previous users remain in effect.
 */
final class UserFile implements Supplier<UserList>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UserFile.class);
  private static final String COMPONENT = "users";
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final int LARGEST = 1 << 20;

  private final Path file;
  private final Health health;
  private final Loop watch;
  private byte[] content;
  private volatile UserList users;

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException if it cannot be read, or a line is wrong
   */
  UserFile(Path file, Health health) {
    this.file = file;
    this.health = health;
    content = read();
    users = UserList.parse(file.toString(), content);
    watch = Loop.start("users", this::check);
  }

  @Override
  public UserList get() {
    return users;
  }

  private Duration check() {
    reload();
    return EVERY;
  }

  /** Compares contents: a mounted secret changes by a link to another file, which may be older. */
  synchronized void reload() {
    try {
      byte[] now = read();
      if (!Arrays.equals(now, content)) {
        users = UserList.parse(file.toString(), now);
        content = now;
        log.info("read {} users from {}", users.users().size(), file);
      }
      health.noticeOver(COMPONENT);
    } catch (IllegalArgumentException e) {
      health.notice(COMPONENT, Reasons.of(e) + "; the previous users remain in effect");
    }
  }

  private byte[] read() {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IllegalArgumentException(file + " has more than " + LARGEST + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new IllegalArgumentException("the users file " + file + " cannot be read", e);
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
