package dev.sluice.providers.whatsapp;

import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.BLOCK_SENDER;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.BROKE;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.FAIL;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.FAIL_OR_STOP;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.PAIR;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.RETRY;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.SLOW;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.STOP_CAMPAIGN;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.SUPPRESS;
import static dev.sluice.providers.whatsapp.ErrorCodes.Policy.UNAVAILABLE;

import dev.sluice.providers.spi.SendOutcome;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What to make of the API's errors, as one table. Meta asks to go by {@code error.code}, not by
 * HTTP status or text; the status decides only where the code is not known.
 *
 * @see <a
 *     href="https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes">Meta's
 *     error codes</a>
 */
final class ErrorCodes {
  /** What a code calls for. */
  enum Policy {
    /** The lane slows down; the message waits and uses up no attempt. */
    SLOW,
    /** This pair of sender and recipient waits; the lane goes on. */
    PAIR,
    /** Not accepted; again after a while, a few times. */
    RETRY,
    /** As RETRY, but the provider seems to be down: many in a row hold the sender. */
    UNAVAILABLE,
    /** It broke, and does not say how far it came: as a server error it is in doubt, else RETRY. */
    BROKE,
    /** This recipient, for good. */
    FAIL,
    /** This recipient; many in a row stop the campaign, because then it is at fault. */
    FAIL_OR_STOP,
    /** This recipient, who is never to be written to again. */
    SUPPRESS,
    /** Hold the campaign and tell people. */
    STOP_CAMPAIGN,
    /** Hold the sender and tell people. */
    BLOCK_SENDER
  }

  /** A line of the table. */
  record Rule(int code, Policy policy, @Nullable Duration pause, String meaning) {}

  private static final Map<Integer, Rule> TABLE =
      Stream.of(
              // Too fast.
              rule(130429, SLOW, null, "throughput of the number reached"),
              rule(4, SLOW, Duration.ofSeconds(60), "the app's call limit"),
              rule(80007, SLOW, Duration.ofSeconds(60), "the account's call limit"),
              rule(17, SLOW, Duration.ofSeconds(60), "a Graph call limit"),
              rule(32, SLOW, Duration.ofSeconds(60), "a Graph call limit"),
              rule(613, SLOW, Duration.ofSeconds(60), "a Graph call limit"),
              rule(131056, PAIR, null, "too many messages to this recipient"),
              // Temporary.
              rule(1, BROKE, null, "invalid request or server error"),
              rule(2, UNAVAILABLE, null, "the API is down or overloaded"),
              rule(131000, BROKE, null, "something went wrong"),
              rule(131016, UNAVAILABLE, null, "a service is unavailable"),
              rule(133004, UNAVAILABLE, null, "the server is temporarily unavailable"),
              rule(131057, UNAVAILABLE, Duration.ofSeconds(60), "the account is in maintenance"),
              rule(2494100, UNAVAILABLE, Duration.ofMinutes(3), "the number is in maintenance"),
              rule(134101, RETRY, Duration.ofMinutes(10), "the template is still syncing"),
              // The recipient.
              rule(131026, FAIL, null, "undeliverable: not on WhatsApp, or an old version"),
              rule(131021, FAIL, null, "the recipient is the sender"),
              rule(131030, FAIL, null, "the recipient is not in the test number's list"),
              rule(131047, FAIL_OR_STOP, null, "over 24 hours since the user's last message"),
              rule(131049, FAIL, null, "held back for healthy ecosystem engagement"),
              rule(131050, SUPPRESS, null, "the user stopped marketing messages"),
              rule(130472, FAIL, null, "the user takes part in an experiment"),
              rule(130403, SUPPRESS, null, "this business has blocked the user"),
              rule(130497, FAIL, null, "the account may not message this country"),
              rule(137000, FAIL, null, "the identity's hash does not match"),
              // The request or its template.
              rule(100, FAIL_OR_STOP, null, "a bad parameter"),
              rule(131008, FAIL_OR_STOP, null, "a parameter is missing"),
              rule(131009, FAIL_OR_STOP, null, "a parameter's value is invalid"),
              rule(132000, FAIL_OR_STOP, null, "wrong number of template parameters"),
              rule(132012, FAIL_OR_STOP, null, "wrong format of template parameters"),
              rule(132018, FAIL_OR_STOP, null, "the template's parameters are invalid"),
              rule(131051, STOP_CAMPAIGN, null, "unsupported type of message"),
              rule(131053, FAIL_OR_STOP, null, "the media could not be uploaded"),
              rule(131052, FAIL, null, "media could not be downloaded"),
              rule(132001, STOP_CAMPAIGN, null, "no such template in this language"),
              rule(132005, FAIL_OR_STOP, null, "the translated text is too long"),
              rule(132007, STOP_CAMPAIGN, null, "the template's content violates the policy"),
              rule(132015, STOP_CAMPAIGN, null, "the template is paused for low quality"),
              rule(132016, STOP_CAMPAIGN, null, "the template is disabled for low quality"),
              rule(131063, STOP_CAMPAIGN, null, "marketing templates are switched off"),
              rule(131055, STOP_CAMPAIGN, null, "wrong type for the marketing API"),
              rule(134100, STOP_CAMPAIGN, null, "only for marketing templates"),
              rule(134102, STOP_CAMPAIGN, null, "the marketing API is not available"),
              rule(132068, STOP_CAMPAIGN, null, "the flow is blocked"),
              rule(132069, STOP_CAMPAIGN, null, "the flow is throttled"),
              rule(135000, FAIL_OR_STOP, null, "an unknown error with the parameters"),
              // The sender.
              rule(131048, BLOCK_SENDER, null, "the number is restricted as spam"),
              rule(131064, BLOCK_SENDER, null, "the account is limited for classification"),
              rule(133016, BLOCK_SENDER, null, "too many registrations"),
              rule(0, BLOCK_SENDER, null, "the token cannot be used"),
              rule(190, BLOCK_SENDER, null, "the token is invalid or has expired"),
              rule(3, BLOCK_SENDER, null, "a capability or permission is missing"),
              rule(10, BLOCK_SENDER, null, "a permission is missing"),
              rule(104, BLOCK_SENDER, null, "there is no token"),
              rule(131005, BLOCK_SENDER, null, "access denied"),
              rule(33, BLOCK_SENDER, null, "the number was deleted"),
              rule(803, BLOCK_SENDER, null, "the number's id is unknown"),
              rule(368, BLOCK_SENDER, null, "blocked for violating policies"),
              rule(131031, BLOCK_SENDER, null, "the account is locked or restricted"),
              rule(131042, BLOCK_SENDER, null, "a payment problem"),
              rule(131037, BLOCK_SENDER, null, "the number has no approved display name"),
              rule(131045, BLOCK_SENDER, null, "the number is not registered"),
              rule(133010, BLOCK_SENDER, null, "the number is not registered"),
              rule(133000, BLOCK_SENDER, null, "the number's registration is not finished"),
              rule(133006, BLOCK_SENDER, null, "the number is not verified"),
              rule(133015, BLOCK_SENDER, null, "the number was deleted a moment ago"),
              rule(134011, BLOCK_SENDER, null, "the payments terms are not accepted"))
          .collect(Collectors.toUnmodifiableMap(Rule::code, Function.identity()));

  private ErrorCodes() {}

  private static Rule rule(int code, Policy policy, @Nullable Duration wait, String meaning) {
    return new Rule(code, policy, wait, meaning);
  }

  /** The table's lines. */
  static Iterable<Rule> rules() {
    return TABLE.values();
  }

  /**
   * The outcome of an answer that is not a success.
   *
   * @param error the answer's {@code error} object, missing if it has none
   * @param brokenInDoubt whether a server error that does not say that nothing was sent leaves the
   *     message in doubt; else it is tried again
   */
  static SendOutcome outcome(
      int status, JsonNode error, @Nullable Duration retryAfter, boolean brokenInDoubt) {
    if (error.isMissingNode()) {
      return withoutError(status, retryAfter);
    }
    // Codes come as strings in places.
    int code = error.path("code").asInt(-1);
    Rule rule = numberUnknown(code, error) ? TABLE.get(33) : TABLE.get(code);
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
      // Graph's whole range of missing permissions.
      return BLOCK_SENDER;
    }
    if (status == 401) {
      return BLOCK_SENDER;
    }
    if (status == 429) {
      return SLOW;
    }
    // RFC 9110: 503 is said by who is not able to handle the request.
    if (status == 503) {
      return UNAVAILABLE;
    }
    return status >= 500 ? BROKE : FAIL_OR_STOP;
  }

  /** Code 100, sub-code 33: the number does not exist, or the token has no rights to it. */
  private static boolean numberUnknown(int code, JsonNode error) {
    return code == 100
        && (error.path("error_subcode").asInt(0) == 33
            || error.path("message").asString("").contains("does not exist"));
  }

  /** Not the API itself but something in between answered, or it broke while answering. */
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
