package dev.sluice.schema;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** Describes failures for people: in one line, without class names. */
public final class Reasons {
  /** {@code java.io.IOException: }, alone, in brackets or within a sentence. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?:[a-z][a-z0-9_]*\\.){2,}(?:[A-Z]\\w*[.$])*([A-Z]\\w*)(: )?");

  /** PostgreSQL's SQLSTATEs for an unknown role or a wrong password. */
  private static final Set<String> REFUSED_LOGIN = Set.of("28000", "28P01");

  /** The driver's own message when the server asks for a password and none is set. */
  private static final String NO_PASSWORD = "no password was provided";

  private Reasons() {}

  /** Returns the reason of a failure. */
  public static String of(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof SQLException || cause instanceof DataAccessException) {
      SQLException database = database(cause);
      cause = database == null ? cause : database;
    }
    String message = cause.getMessage();
    return message == null || message.isBlank() ? named(cause) : in(message);
  }

  /** Returns the first line of a foreign message, without class names. */
  public static String in(String message) {
    String first = message.lines().findFirst().orElse("");
    return CLASS_NAME
        .matcher(first)
        .replaceAll(found ->
            found.group(2) != null || found.group(1).endsWith("Exception") ? "" : found.group(1))
        .strip();
  }

  /** Turns an exception's class name into words: {@code TimeoutException} becomes "timeout". */
  private static String named(Throwable failure) {
    return failure
        .getClass()
        .getSimpleName()
        .replaceFirst("(Exception|Error)$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  /** Returns whether the database was reached but refuses this role and password. */
  public static boolean loginRefused(Throwable failure) {
    SQLException refused = database(failure);
    return refused != null
        && refused.getSQLState() != null
        && (REFUSED_LOGIN.contains(refused.getSQLState())
            || String.valueOf(refused.getMessage()).contains(NO_PASSWORD));
  }

  /**
   * Returns the innermost database exception; a connection pool's own only says that it timed out.
   */
  private static @Nullable SQLException database(Throwable failure) {
    SQLException innermost = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException exception) {
        innermost = exception;
      }
    }
    return innermost;
  }
}
