package dev.sluice.worker.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What to make of the API's errors. Meta asks to go by {@code error.code}, not by HTTP status or
 * text; the status decides only where the code is not known.
 */
final class WhatsAppErrors {
  private WhatsAppErrors() {}

  /**
   * The outcome of an answer that is not a success.
   *
   * @param error the answer's {@code error} object, missing if it has none
   */
  static Outcome outcome(int status, JsonNode error, @Nullable Duration retryAfter) {
    if (error.isMissingNode()) {
      return withoutError(status, retryAfter);
    }
    // Codes come as strings in places.
    int code = error.path("code").asInt(-1);
    String name = Integer.toString(code);
    String detail = detail(error);
    return switch (code) {
      // Throughput of the number; call limits of the app, the account and the Graph API.
      case 130429, 4, 80007, 17, 32, 613 -> new Outcome.Throttled(name, detail, retryAfter);
      // The pair of sender and recipient: this recipient only.
      case 131056 -> new Outcome.TryAgain(name, detail, Duration.ofSeconds(6));
      // Temporary by Meta's description.
      case 1, 2, 131000, 131016, 133004 -> new Outcome.TryAgain(name, detail, retryAfter);
      // Maintenance, for example while the number's throughput is raised.
      case 131057 -> new Outcome.TryAgain(name, detail, Duration.ofSeconds(60));
      case 2494100 -> new Outcome.TryAgain(name, detail, Duration.ofMinutes(3));
      default -> {
        if (status == 429) {
          yield new Outcome.Throttled(name, detail, retryAfter);
        }
        yield status >= 500
            ? new Outcome.TryAgain(name, detail, retryAfter)
            : new Outcome.Refused(name, detail);
      }
    };
  }

  /** Not the API itself but something in between answered, or it broke while answering. */
  private static Outcome withoutError(int status, @Nullable Duration retryAfter) {
    String name = "http_" + status;
    if (status == 429) {
      return new Outcome.Throttled(name, "HTTP 429", retryAfter);
    }
    if (status == 503) {
      return new Outcome.TryAgain(name, "HTTP 503", retryAfter);
    }
    return status >= 500
        ? new Outcome.InDoubt("HTTP " + status + " without the API's own error")
        : new Outcome.Refused(name, "HTTP " + status + " without the API's own error");
  }

  private static String detail(JsonNode error) {
    String details = error.path("error_data").path("details").asString("");
    return details.isEmpty() ? error.path("message").asString("") : details;
  }
}
