package dev.sluice.console.http;

import dev.sluice.schema.Masked;
import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line for each change that people make: who, what and when (the log's own timestamp). */
public final class Audit {
  /** Header in which the caller states its user. It is trusted, as the token is shared. */
  static final String USER = "Sluice-User";

  private static final String PERSON = "sluice.person";

  private static final Logger log = LoggerFactory.getLogger("dev.sluice.audit");

  private Audit() {}

  public static void log(Context context, String what, String of) {
    log.info("{}", line(who(context), what, of));
  }

  /** Returns one line, whatever it is about, without phone numbers. */
  static String line(String who, String what, String of) {
    return Masked.line("who=" + who + " what=" + what + " of=\"" + of.replace('"', '\'') + "\"");
  }

  /** Names the person who makes the request, and has signed in. */
  public static void identify(Context context, String person) {
    context.attribute(PERSON, person);
  }

  /**
   * Returns the caller's name and address: {@code user:ana@10.0.0.7} for a person who has signed
   * in, which no other caller can claim to be, or else the name that it gives, if any.
   */
  public static String who(Context context) {
    String person = context.attribute(PERSON);
    if (person != null) {
      return "user:" + person + "@" + context.ip();
    }
    String user = context.header(USER);
    // A caller cannot write lines of its own into the log.
    String name = user == null ? "" : user.replaceAll("[^A-Za-z0-9._@/-]", "");
    return (name.isEmpty() ? "api" : name.substring(0, Math.min(64, name.length())))
        + "@"
        + context.ip();
  }
}
