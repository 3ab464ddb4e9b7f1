package dev.sluice.console.sql;

import dev.sluice.runtime.database.Database;
import java.util.Optional;
import java.util.function.Supplier;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is read for the answer to a command that is done, and whose answer no failure changes. */
public final class Afterwards {
  private static final Logger log = LoggerFactory.getLogger(Afterwards.class);

  private Afterwards() {}

  /** Reads it; empty if the database does not answer. */
  public static <T> Optional<T> read(Supplier<T> read) {
    try {
      return Optional.of(read.get());
    } catch (DataAccessException e) {
      log.info("a change is done and cannot be read: {}", Database.reason(e));
      return Optional.empty();
    }
  }
}
