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

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The API's error codes: the policy for each, in a response or in a webhook, and an explanation for
 * people.
 *
 * @see <a
 *     href="https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes">Meta's
 *     error codes</a>
 */
public final class ErrorCodes {
  private static final Pattern CODE = Pattern.compile("\\d{1,9}");

  /**
   * Recipient errors that pass by themselves: messages held back for a while, and media that cannot
   * be loaded.
   */
  private static final Set<Integer> PASSING = Set.of(131049, 131053);

  /** The treatment of a code. */
  enum Policy {
    /** The lane slows down; the message waits and uses up no attempt. */
    SLOW,
    /** This sender-recipient pair waits; the lane goes on. */
    PAIR,
    /** Not accepted; retried after a while, a few times. */
    RETRY,
    /** As RETRY, but the provider seems to be down: many in a row block the sender. */
    UNAVAILABLE,
    /** An error that may have come after the send: in doubt as a server error, else RETRY. */
    BROKE,
    /** The recipient has failed for good. */
    FAIL,
    /** The recipient has failed; many in a row stop the campaign, as it is then at fault. */
    FAIL_OR_STOP,
    /** The recipient has failed and is suppressed. */
    SUPPRESS,
    /** Pause the campaign until an operator acts. */
    STOP_CAMPAIGN,
    /** Block the sender until an operator acts. */
    BLOCK_SENDER
  }

  /**
   * A row of the table.
   *
   * @param pause how long the provider's limit usually lasts, or null
   * @param meaning text for logs, if the response itself says no more
   * @param explanation text for people who run campaigns: the cause and the remedy
   */
  record Rule(
      int code, Policy policy, @Nullable Duration pause, String meaning, String explanation) {}

  private static final Map<Integer, Rule> TABLE =
      Stream.of(
              // Rate limits.
              rule(
                  130429,
                  SLOW,
                  "throughput of the number reached",
                  "The number sends as fast as the provider lets it."),
              rule(
                  4,
                  SLOW,
                  Duration.ofSeconds(60),
                  "the app's call limit",
                  "The app calls the provider too often."),
              rule(
                  80007,
                  SLOW,
                  Duration.ofSeconds(60),
                  "the account's call limit",
                  "The account calls the provider too often."),
              rule(
                  17,
                  SLOW,
                  Duration.ofSeconds(60),
                  "a Graph call limit",
                  "Too many calls to the provider."),
              rule(
                  32,
                  SLOW,
                  Duration.ofSeconds(60),
                  "a Graph call limit",
                  "Too many calls to the provider."),
              rule(
                  613,
                  SLOW,
                  Duration.ofSeconds(60),
                  "a Graph call limit",
                  "Too many calls to the provider."),
              rule(
                  131056,
                  PAIR,
                  "too many messages to this recipient",
                  "Too many messages to this person in a short time."),
              // Temporary errors.
              rule(
                  1,
                  BROKE,
                  "invalid request or server error",
                  "The provider had an error, again and again."),
              rule(
                  2,
                  UNAVAILABLE,
                  "the API is down or overloaded",
                  "The provider was down or overloaded, again and again."),
              rule(
                  131000,
                  BROKE,
                  "something went wrong",
                  "The provider had an error, again and again."),
              rule(
                  131016,
                  UNAVAILABLE,
                  "a service is unavailable",
                  "A part of the provider was down, again and again."),
              rule(
                  133004,
                  UNAVAILABLE,
                  "the server is temporarily unavailable",
                  "The provider was down for a while, again and again."),
              rule(
                  131057,
                  UNAVAILABLE,
                  Duration.ofSeconds(60),
                  "the account is in maintenance",
                  "The account was in maintenance for too long."),
              rule(
                  2494100,
                  UNAVAILABLE,
                  Duration.ofMinutes(3),
                  "the number is in maintenance",
                  "The number was in maintenance for too long."),
              rule(
                  134101,
                  RETRY,
                  Duration.ofMinutes(10),
                  "the template is still syncing",
                  "The template was not ready yet. Resend in an hour."),
              // Faults of the recipient.
              rule(
                  131026,
                  FAIL,
                  "undeliverable: not on WhatsApp, or an old version",
                  "Not on WhatsApp, or using too old a version of it."),
              rule(131021, FAIL, "the recipient is the sender", "This is the sender's own number."),
              rule(
                  131030,
                  FAIL,
                  "the recipient is not in the test number's list",
                  "Not in the test number's list of recipients."),
              rule(
                  131047,
                  FAIL_OR_STOP,
                  "over 24 hours since the user's last message",
                  "This person has not written within 24 hours: only templates reach them."),
              rule(
                  131049,
                  FAIL,
                  "held back for healthy ecosystem engagement",
                  "WhatsApp held it back: this person gets much marketing. Try again after a day."),
              rule(
                  131050,
                  SUPPRESS,
                  "the user stopped marketing messages",
                  "Does not want marketing messages from you. Never sent to again."),
              rule(
                  130472,
                  FAIL,
                  "the user takes part in an experiment",
                  "Takes part in an experiment of WhatsApp's that receives no marketing."),
              rule(
                  130403,
                  SUPPRESS,
                  "this business has blocked the user",
                  "You have blocked this person. Never sent to again."),
              rule(
                  130497,
                  FAIL,
                  "the account may not message this country",
                  "Your account may not send to this country."),
              rule(
                  137000,
                  FAIL,
                  "the identity's hash does not match",
                  "This person's identity has changed and was not confirmed."),
              // Faults of the request or its template.
              rule(
                  100,
                  FAIL_OR_STOP,
                  "a bad parameter",
                  "Something in the message is not as the provider wants it."),
              rule(
                  131008,
                  FAIL_OR_STOP,
                  "a parameter is missing",
                  "The message lacks a value that the template needs."),
              rule(
                  131009,
                  FAIL_OR_STOP,
                  "a parameter's value is invalid",
                  "A value in the message is not valid."),
              rule(
                  132000,
                  FAIL_OR_STOP,
                  "wrong number of template parameters",
                  "The template has another number of variables than the message."),
              rule(
                  132012,
                  FAIL_OR_STOP,
                  "wrong format of template parameters",
                  "A variable has another form than the template wants."),
              rule(
                  132018,
                  FAIL_OR_STOP,
                  "the template's parameters are invalid",
                  "A variable holds a new line, a tab or too many spaces."),
              rule(
                  131051,
                  STOP_CAMPAIGN,
                  "unsupported type of message",
                  "The provider does not know this kind of message."),
              rule(
                  131053,
                  FAIL_OR_STOP,
                  "the media could not be uploaded",
                  "The image, video or document could not be loaded."),
              rule(
                  131052,
                  FAIL,
                  "media could not be downloaded",
                  "A file from this person could not be downloaded."),
              rule(
                  132001,
                  STOP_CAMPAIGN,
                  "no such template in this language",
                  "There is no such template in this language, or it is not approved."),
              rule(
                  132005,
                  FAIL_OR_STOP,
                  "the translated text is too long",
                  "With its variables filled in, the text is too long."),
              rule(
                  132007,
                  STOP_CAMPAIGN,
                  "the template's content violates the policy",
                  "The template's text is against the provider's policy."),
              rule(
                  132015,
                  STOP_CAMPAIGN,
                  "the template is paused for low quality",
                  "The template was paused because people disliked it."),
              rule(
                  132016,
                  STOP_CAMPAIGN,
                  "the template is disabled for low quality",
                  "The template was disabled because people disliked it."),
              rule(
                  131063,
                  STOP_CAMPAIGN,
                  "marketing templates are switched off",
                  "Marketing templates are switched off for the account."),
              rule(
                  131055,
                  STOP_CAMPAIGN,
                  "wrong type for the marketing API",
                  "This kind of template cannot be sent through the marketing API."),
              rule(
                  134100,
                  STOP_CAMPAIGN,
                  "only for marketing templates",
                  "Only marketing templates can be sent this way."),
              rule(
                  134102,
                  STOP_CAMPAIGN,
                  "the marketing API is not available",
                  "The account may not use the marketing API."),
              rule(
                  132068,
                  STOP_CAMPAIGN,
                  "the flow is blocked",
                  "The flow that the template opens is blocked."),
              rule(
                  132069,
                  STOP_CAMPAIGN,
                  "the flow is throttled",
                  "The flow that the template opens is slowed down."),
              rule(
                  135000,
                  FAIL_OR_STOP,
                  "an unknown error with the parameters",
                  "The provider refused the message without saying why."),
              // Faults of the sender.
              rule(
                  131048,
                  BLOCK_SENDER,
                  "the number is restricted as spam",
                  "The number is restricted because people reported it as spam."),
              rule(
                  131064,
                  BLOCK_SENDER,
                  "the account is limited for classification",
                  "The account is limited because templates were put into the wrong category."),
              rule(
                  133016,
                  BLOCK_SENDER,
                  "too many registrations",
                  "The number was registered too often. Wait, then register it again."),
              rule(0, BLOCK_SENDER, "the token cannot be used", "The access token cannot be used."),
              rule(
                  190,
                  BLOCK_SENDER,
                  "the token is invalid or has expired",
                  "The access token is invalid or has expired."),
              rule(
                  3,
                  BLOCK_SENDER,
                  "a capability or permission is missing",
                  "The app lacks a permission."),
              rule(10, BLOCK_SENDER, "a permission is missing", "The app lacks a permission."),
              rule(104, BLOCK_SENDER, "there is no token", "There is no access token."),
              rule(131005, BLOCK_SENDER, "access denied", "The access token does not allow this."),
              rule(33, BLOCK_SENDER, "the number was deleted", "The number was deleted."),
              rule(
                  803,
                  BLOCK_SENDER,
                  "the number's id is unknown",
                  "The provider does not know the number's id."),
              rule(
                  368,
                  BLOCK_SENDER,
                  "blocked for violating policies",
                  "The account is blocked for violating policies."),
              rule(
                  131031,
                  BLOCK_SENDER,
                  "the account is locked or restricted",
                  "The account is locked."),
              rule(
                  131042,
                  BLOCK_SENDER,
                  "a payment problem",
                  "The account has not paid, or cannot."),
              rule(
                  131037,
                  BLOCK_SENDER,
                  "the number has no approved display name",
                  "The number has no approved display name."),
              rule(
                  131045,
                  BLOCK_SENDER,
                  "the number is not registered",
                  "The number is not registered."),
              rule(
                  133010,
                  BLOCK_SENDER,
                  "the number is not registered",
                  "The number is not registered."),
              rule(
                  133000,
                  BLOCK_SENDER,
                  "the number's registration is not finished",
                  "The number's registration is not finished."),
              rule(
                  133006,
                  BLOCK_SENDER,
                  "the number is not verified",
                  "The number is not verified."),
              rule(
                  133015,
                  BLOCK_SENDER,
                  "the number was deleted a moment ago",
                  "The number was deleted a moment ago. Wait, then register it again."),
              rule(
                  134011,
                  BLOCK_SENDER,
                  "the payments terms are not accepted",
                  "The terms of payments were not accepted."))
          .collect(Collectors.toUnmodifiableMap(Rule::code, Function.identity()));

  private ErrorCodes() {}

  private static Rule rule(int code, Policy policy, String meaning, String explanation) {
    return new Rule(code, policy, null, meaning, explanation);
  }

  private static Rule rule(
      int code, Policy policy, Duration pause, String meaning, String explanation) {
    return new Rule(code, policy, pause, meaning, explanation);
  }

  static Collection<Rule> rules() {
    return TABLE.values();
  }

  /** Returns all codes of the table, as they are written. */
  public static Set<String> codes() {
    return TABLE.keySet().stream().map(String::valueOf).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns a code's row, or null if there is none. */
  static @Nullable Rule of(int code) {
    return TABLE.get(code);
  }

  /**
   * Returns whether this code means that nothing more gets through from the sender until an
   * operator acts.
   */
  public static boolean blocksSender(String code) {
    return rule(code).map(Rule::policy).filter(policy -> policy == BLOCK_SENDER).isPresent();
  }

  /** Explains a code to people who run campaigns; empty if it is not one of the API's. */
  public static Optional<String> explanation(String code) {
    return rule(code).map(Rule::explanation);
  }

  /**
   * Returns whether the same message may succeed later; empty if the code is not one of the API's.
   */
  public static Optional<Boolean> retryHelps(String code) {
    return rule(code)
        .map(rule ->
            PASSING.contains(rule.code())
                || switch (rule.policy()) {
                  case FAIL, FAIL_OR_STOP, SUPPRESS -> false;
                  case SLOW, PAIR, RETRY, UNAVAILABLE, BROKE, STOP_CAMPAIGN, BLOCK_SENDER -> true;
                });
  }

  private static Optional<Rule> rule(String code) {
    return CODE.matcher(code).matches()
        ? Optional.ofNullable(TABLE.get(Integer.parseInt(code)))
        : Optional.empty();
  }
}
