package dev.sluice.console;

import dev.sluice.schema.Json;
import dev.sluice.schema.UnreadableEventException;
import io.javalin.http.Context;
import java.util.Iterator;
import java.util.UUID;

/** Reading requests and writing answers, the same way everywhere. */
final class Answer {
  private Answer() {}

  static void json(Context context, int status, Object body) {
    context.status(status).contentType("application/json").result(Json.write(body));
  }

  static void problem(Context context, ProblemException problem) {
    context
        .status(problem.status())
        .contentType("application/problem+json")
        .result(Json.write(problem.body()));
  }

  static <T> T body(Context context, Class<T> type) {
    try {
      return Json.read(context.bodyAsBytes(), type);
    } catch (UnreadableEventException e) {
      throw ProblemException.badRequest("The body is not what is expected: " + e.getMessage());
    }
  }

  /** The rows of a body in CSV or JSON, as they stream in. */
  static Iterator<RecipientImport.Row> rows(Context context) {
    String type =
        context.contentType() == null ? "" : context.contentType().split(";", 2)[0].strip();
    return switch (type) {
      case "text/csv" -> new CsvRows(context.bodyInputStream());
      case "application/json" -> new JsonRows(context.bodyInputStream());
      default ->
          throw ProblemException.badRequest(
              "Send rows as Content-Type text/csv or application/json, not \"" + type + "\".");
    };
  }

  static UUID campaignId(Context context) {
    String text = context.pathParam("id");
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("There is no campaign " + text + ".");
    }
  }
}
