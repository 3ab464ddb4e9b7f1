package dev.sluice.console;

import static java.util.Map.entry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What error codes mean to the people who run a campaign, and what they can do. */
final class ErrorWords {
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          // Our own.
          entry(
              "missing_variable",
              "A column that the message uses was missing for this person. Add it and import"
                  + " them into a new campaign."),
          entry("invalid_message", "This person's variables make a message that WhatsApp refuses."),
          entry(
              "in_doubt",
              "It is not known whether the message was sent. A delivery receipt may still settle"
                  + " it."),
          entry(
              "not_launched",
              "Certainly not sent: the worker stalled and lost its turn. It is safe to resend."),
          entry("not_connected", "The provider could not be reached."),
          // The person.
          entry("131026", "Not on WhatsApp, or using too old a version of it."),
          entry("131021", "This is the sender's own number."),
          entry("131030", "Not in the test number's list of recipients."),
          entry(
              "131047", "This person has not written within 24 hours: only templates reach them."),
          entry(
              "131049",
              "WhatsApp held it back: this person gets much marketing. Try again after a day."),
          entry("131050", "Does not want marketing messages from you. Never sent to again."),
          entry("130403", "You have blocked this person. Never sent to again."),
          entry("130472", "Takes part in an experiment of WhatsApp's that receives no marketing."),
          entry("130497", "Your account may not send to this country."),
          entry("137000", "This person's identity has changed and was not confirmed."),
          entry("131056", "Too many messages to this person in a short time."),
          // The message.
          entry("100", "Something in the message is not as the provider wants it."),
          entry("131008", "The message lacks a value that the template needs."),
          entry("131009", "A value in the message is not valid."),
          entry("132000", "The template has another number of variables than the message."),
          entry("132001", "There is no such template in this language, or it is not approved."),
          entry("132005", "With its variables filled in, the text is too long."),
          entry("132012", "A variable has another form than the template wants."),
          entry("132015", "The template was paused because people disliked it."),
          entry("132016", "The template was disabled because people disliked it."),
          entry("132018", "A variable holds a new line, a tab or too many spaces."),
          entry("131053", "The image, video or document could not be loaded."),
          entry("135000", "The provider refused the message without saying why."),
          // The provider.
          entry("1", "The provider had an error, again and again."),
          entry("131000", "The provider had an error, again and again."),
          entry("131016", "A part of the provider was down, again and again."),
          entry("131042", "The account has not paid, or cannot."),
          entry("131031", "The account is locked."));

  private ErrorWords() {}

  /** Words for a code; the code itself if there are none. */
  static String of(@Nullable String code) {
    if (code == null) {
      return "No reason was given.";
    }
    return WORDS.getOrDefault(code, "The provider's error " + code + ".");
  }
}
