package dev.sluice.console.recipient;

import static java.util.Map.entry;

import dev.sluice.providers.Providers;
import dev.sluice.schema.RecipientStatus;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Explanations of the pipeline's own error codes for campaign managers, with remedies. */
public final class ErrorWords {
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          entry(
              "missing_variable",
              "A column that the message uses was missing for this person. Add it and import"
                  + " them into a new campaign."),
          entry(
              "invalid_message",
              "This person's variables make a message that the provider refuses."),
          entry(
              "in_doubt",
              "It is not known whether the message was sent. A delivery receipt may still settle"
                  + " it."),
          entry(
              "not_launched",
              "Certainly not sent: the worker stalled and lost its turn. It is safe to resend."),
          entry(
              "capped", "This person has had as many messages lately as the frequency cap allows."),
          entry("not_connected", "The provider could not be reached."),
          entry(
              "provider_failed",
              "An error in the pipeline itself kept this message from being sent. Report it."),
          entry(
              "message_too_long",
              "With this person's variables the message is longer than the provider allows."),
          entry(
              "message_too_large",
              "With this person's variables the message is too large for the pipeline."),
          entry(
              "variables_too_large", "This person's variables are larger than the pipeline takes."),
          entry("unknown_provider", "No worker knows the sender's provider."),
          entry("missing_field", "The message lacks a field that the provider needs."),
          entry(
              "invalid_address",
              "The sender's address is not one that the provider can be called with."));

  /**
   * Codes of failures that may pass for the same message, some of them only after people have fixed
   * the cause.
   */
  private static final Set<String> PASSING =
      Set.of(
          "in_doubt",
          "not_launched",
          "not_connected",
          "provider_failed",
          "unknown_provider",
          "invalid_address");

  private ErrorWords() {}

  /** Returns the codes that have an explanation. */
  static Set<String> codes() {
    return Stream.concat(WORDS.keySet().stream(), Providers.codes().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns whether trying again can help, or null if that is not known. */
  static @Nullable Boolean retryHelps(RecipientStatus status, @Nullable String code) {
    if (status == RecipientStatus.SUPPRESSED) {
      return false;
    }
    if (code == null) {
      return null;
    }
    return WORDS.containsKey(code)
        ? Boolean.valueOf(PASSING.contains(code))
        : Providers.retryHelps(code).orElse(null);
  }

  /** Returns why a recipient has this status. */
  static String of(RecipientStatus status, @Nullable String code) {
    return status == RecipientStatus.SUPPRESSED && code == null
        ? "This person has opted out or is suppressed."
        : of(code);
  }

  /** Returns the explanation of a code, or the code itself if there is none. */
  public static String of(@Nullable String code) {
    if (code == null) {
      return "No reason was given.";
    }
    String own = WORDS.get(code);
    return own != null
        ? own
        : Providers.explanation(code).orElse("The provider's error " + code + ".");
  }
}
