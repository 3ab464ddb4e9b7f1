package dev.sluice.providers.whatsapp;

import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.BLOCK_SENDER;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.BROKE;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.FAIL_OR_STOP;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.SLOW;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.UNAVAILABLE;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.whatsapp.ErrorCodes.Policy;
import dev.sluice.providers.whatsapp.ErrorCodes.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Maps the API's error responses to outcomes. Meta recommends relying on {@code error.code}, not on
 * HTTP status or text; the status decides only if the code is unknown.
 */
final class ErrorAnswers {
  private ErrorAnswers() {}

  /**
   * Returns the outcome of a response that is not a success.
   *
   * @param error the response's {@code error} object, or a missing node
   * @param brokenInDoubt whether a server error that does not rule out a send leaves the message in
   *     doubt; otherwise it is retried
   */
  static SendOutcome outcome(
      int status, JsonNode error, @Nullable Duration retryAfter, boolean brokenInDoubt) {
    if (error.isMissingNode()) {
      return withoutError(status, retryAfter);
    }
    // Codes are sometimes strings.
    int code = error.path("code").asInt(-1);
    Rule rule = numberUnknown(code, error) ? ErrorCodes.of(33) : ErrorCodes.of(code);
    Policy policy = rule == null ? byStatus(code, status) : rule.policy();
    Duration wait = retryAfter == null && rule != null ? rule.pause() : retryAfter;
    if (policy == BROKE && status >= 500) {
      if (brokenInDoubt) {
        return new SendOutcome.InDoubt(
            "HTTP " + status + ", code " + code + ": " + detail(error, rule));
      }
      policy = UNAVAILABLE;
    }
    return outcome(policy, Integer.toString(code), detail(error, rule), wait);
  }

  private static SendOutcome outcome(
      Policy policy, String code, String detail, @Nullable Duration wait) {
    return switch (policy) {
      case SLOW -> new SendOutcome.Throttled(code, detail, wait);
      case PAIR -> new SendOutcome.PairLimited(code, detail);
      case RETRY, BROKE -> new SendOutcome.TryAgain(code, detail, wait);
      case UNAVAILABLE -> new SendOutcome.Unavailable(code, detail, wait);
      case FAIL -> new SendOutcome.Refused(code, detail);
      case FAIL_OR_STOP -> new SendOutcome.BadRequest(code, detail);
      case SUPPRESS -> new SendOutcome.OptedOut(code, detail);
      case STOP_CAMPAIGN -> new SendOutcome.CampaignStopped(code, detail);
      case BLOCK_SENDER -> new SendOutcome.SenderBlocked(code, detail);
    };
  }

  private static Policy byStatus(int code, int status) {
    if (code >= 200 && code <= 299) {
      // Graph's range for missing permissions.
      return BLOCK_SENDER;
    }
    if (status == 401) {
      return BLOCK_SENDER;
    }
    if (status == 429) {
      return SLOW;
    }
    // RFC 9110: a 503 comes from a server that is unable to handle the request.
    if (status == 503) {
      return UNAVAILABLE;
    }
    return status >= 500 ? BROKE : FAIL_OR_STOP;
  }

  /**
   * Returns whether it is code 100, sub-code 33: the number does not exist, or the token has no
   * rights to it.
   */
  private static boolean numberUnknown(int code, JsonNode error) {
    return code == 100
        && (error.path("error_subcode").asInt(0) == 33
            || error.path("message").asString("").contains("does not exist"));
  }

  /**
   * Returns the outcome if an intermediary answered instead of the API, or the API broke while
   * answering.
   */
  private static SendOutcome withoutError(int status, @Nullable Duration retryAfter) {
    String name = "http_" + status;
    String detail = "HTTP " + status + " without the API's own error";
    return switch (status) {
      case 401 -> new SendOutcome.SenderBlocked(name, detail);
      case 429 -> new SendOutcome.Throttled(name, detail, retryAfter);
      case 503 -> new SendOutcome.Unavailable(name, detail, retryAfter);
      default ->
          status >= 500
              ? new SendOutcome.InDoubt(detail)
              : new SendOutcome.BadRequest(name, detail);
    };
  }

  private static String detail(JsonNode error, @Nullable Rule rule) {
    String details = error.path("error_data").path("details").asString("");
    String message = details.isEmpty() ? error.path("message").asString("") : details;
    return message.isEmpty() && rule != null ? rule.meaning() : message;
  }
}
