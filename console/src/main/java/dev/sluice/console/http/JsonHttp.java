package dev.sluice.console.http;

import dev.sluice.schema.Json;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.eclipse.jetty.http.QuotedQualityCSV;

/** Reading requests and writing responses, the same way everywhere. */
public final class JsonHttp {
  /** When places are likely to be free again, in seconds. */
  private static final String RETRY_AFTER = "5";

  private static final Set<Integer> COME_AGAIN =
      Set.of(HttpStatus.TOO_MANY_REQUESTS.getCode(), HttpStatus.SERVICE_UNAVAILABLE.getCode());

  private JsonHttp() {}

  public static void json(Context context, int status, Object body) {
    context.status(status).contentType("application/json").result(Json.write(body));
  }

  /** Responds with JSON that other responses share. */
  public static void shared(Context context, byte[] json) {
    context.contentType("application/json").result(new SharedBody(json));
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
   * Returns whether the client prefers CSV to JSON: by quality, or else by which one it names
   * first.
   */
  public static boolean wantsCsv(Context context) {
    String accept = context.header("Accept");
    QuotedQualityCSV accepted = new QuotedQualityCSV();
    try {
      accepted.addValue(accept == null ? "" : accept.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      // A quotation mark is not closed, so what is accepted is unknown.
      return false;
    }
    return accepted.getValues().stream()
        .map(JsonHttp::type)
        .filter(Set.of("text/csv", "application/json")::contains)
        .findFirst()
        .filter("text/csv"::equals)
        .isPresent();
  }

  /** Returns a media type without its parameters. */
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
