package dev.sluice.console.http;

import dev.sluice.schema.Json;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.eclipse.jetty.http.QuotedQualityCSV;

/** Reading requests and writing answers, the same way everywhere. */
public final class JsonHttp {
  /** When places are likely to be free again, seconds. */
  private static final String RETRY_AFTER = "5";

  private static final Set<Integer> COME_AGAIN =
      Set.of(HttpStatus.TOO_MANY_REQUESTS.getCode(), HttpStatus.SERVICE_UNAVAILABLE.getCode());

  private JsonHttp() {}

  public static void json(Context context, int status, Object body) {
    context.status(status).contentType("application/json").result(Json.write(body));
  }

  /** Reads in a place among others who read, so that not all of them are in memory at once. */
  public static void list(Context context, Bulkhead places, Supplier<?> read) {
    byte[] body = places.run(() -> Json.write(read.get()));
    context.contentType("application/json").result(body);
  }

  static void problem(Context context, ProblemException problem) {
    if (COME_AGAIN.contains(problem.status())) {
      context.header("Retry-After", RETRY_AFTER);
    }
    context
        .status(problem.status())
        .contentType("application/problem+json")
        .result(Json.write(problem.body()));
  }

  /**
   * Whether CSV is accepted, and rather than JSON: by its quality, or else as it is named first.
   */
  public static boolean wantsCsv(Context context) {
    String accept = context.header("Accept");
    QuotedQualityCSV accepted = new QuotedQualityCSV();
    try {
      accepted.addValue(accept == null ? "" : accept.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      // A quotation mark that is not closed: nobody can tell what is accepted.
      return false;
    }
    return accepted.getValues().stream()
        .map(JsonHttp::type)
        .filter(Set.of("text/csv", "application/json")::contains)
        .findFirst()
        .filter("text/csv"::equals)
        .isPresent();
  }

  /** A media type without its parameters. */
  public static String type(String header) {
    return header.split(";", 2)[0].strip();
  }

  public static UUID campaignId(Context context) {
    String text = context.pathParam("id");
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("There is no campaign " + text + ".");
    }
  }
}
