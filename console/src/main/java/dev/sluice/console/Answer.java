package dev.sluice.console;

import dev.sluice.schema.Json;
import dev.sluice.schema.UnreadableEventException;
import io.javalin.http.Context;
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

  static UUID campaignId(Context context) {
    String text = context.pathParam("id");
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("There is no campaign " + text + ".");
    }
  }
}
