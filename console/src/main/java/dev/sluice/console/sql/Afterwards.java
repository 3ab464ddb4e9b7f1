package dev.sluice.console.sql;

import dev.sluice.runtime.database.Database;
import java.util.Optional;
import java.util.function.Supplier;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads for the response to a command that is already done; a failed read does not change that
 * response.
 */
public final class Afterwards {
  private static final Logger log = LoggerFactory.getLogger(Afterwards.class);

  private Afterwards() {}

  /** Returns what is read, or empty if the database does not respond. */
  public static <T> Optional<T> read(Supplier<T> read) {
    try {
      return Optional.of(read.get());
    } catch (DataAccessException e) {
      log.info("a change was made, but its result cannot be read: {}", Database.reason(e));
      return Optional.empty();
    }
  }
}
