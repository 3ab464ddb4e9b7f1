package dev.sluice.console.http;

import dev.sluice.schema.Masked;
import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for everything that people change: who, what and when (the log's own time). */
public final class Audit {
  /** Who the caller says it is; believed, as the token is shared. */
  static final String USER = "Sluice-User";

  private static final Logger log = LoggerFactory.getLogger("dev.sluice.audit");

  private Audit() {}

  public static void log(Context context, String what, String of) {
    log.info("{}", line(who(context), what, of));
  }

  /** One line whatever it is about, and nobody's number in it. */
  static String line(String who, String what, String of) {
    return Masked.line("who=" + who + " what=" + what + " of=\"" + of.replace('"', '\'') + "\"");
  }

  /** The caller's name, if it gives one, and its address. */
  public static String who(Context context) {
    String user = context.header(USER);
    // Nobody writes lines of their own into the log.
    String name = user == null ? "" : user.replaceAll("[^A-Za-z0-9._@/-]", "");
    return (name.isEmpty() ? "api" : name.substring(0, Math.min(64, name.length())))
        + "@"
        + context.ip();
  }
}
