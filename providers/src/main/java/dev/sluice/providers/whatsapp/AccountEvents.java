package dev.sluice.providers.whatsapp;

import dev.sluice.providers.whatsapp.WebhookEvent.AccountRestricted;
import dev.sluice.providers.whatsapp.WebhookEvent.Notice;
import dev.sluice.providers.whatsapp.WebhookEvent.TemplateAllowed;
import dev.sluice.providers.whatsapp.WebhookEvent.TemplateStopped;
import dev.sluice.schema.StatusReasons;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the provider's events about templates, numbers and accounts. */
final class AccountEvents {
  private static final int LONGEST = 300;

  private AccountEvents() {}

  /**
   * Reads one event.
   *
   * @param field the webhook's field, which identifies the subject
   */
  static WebhookEvent read(String field, JsonNode value, String account, Instant at) {
    // Some events are in lower case.
    String event = Bounded.name(value.path("event")).toUpperCase(Locale.ROOT);
    WebhookEvent stops =
        switch (field) {
          case "message_template_status_update" -> template(event, value, account, at);
          case "account_update" -> restriction(event, value, account, at);
          default -> null;
        };
    return stops == null ? new Notice(words(field, event, value, account)) : stops;
  }

  private static @Nullable WebhookEvent template(
      String event, JsonNode value, String account, Instant at) {
    String name = Bounded.name(value.path("message_template_name"));
    String language = Bounded.name(value.path("message_template_language"));
    if (name.isEmpty()) {
      return null;
    }
    return switch (event) {
      case "PAUSED", "DISABLED" -> {
        String reason = StatusReasons.stoppedTemplate(event, name, language);
        yield new TemplateStopped(
            account, name, language, joined(reason, because(value), ": "), at);
      }
      // The documentation is inconsistent about the name for the end of a pause.
      case "APPROVED", "REINSTATED", "UNPAUSED", "ACTIVE" ->
          new TemplateAllowed(account, name, language, at);
      default -> null;
    };
  }

  private static String because(JsonNode value) {
    return Stream.of(
            value.path("other_info").path("title"),
            value.path("other_info").path("description"),
            value.path("reason"))
        .map(words -> Bounded.words(words, LONGEST))
        .filter(words -> !words.isEmpty() && !words.equals("NONE"))
        .findFirst()
        .orElse("");
  }

  private static @Nullable WebhookEvent restriction(
      String event, JsonNode value, String account, Instant at) {
    String why =
        switch (event) {
          case "ACCOUNT_RESTRICTION" -> restricted(value.path("restriction_info"));
          case "DISABLED_UPDATE" -> disabled(value.path("ban_info").path("waba_ban_state"));
          case "ACCOUNT_DELETED" -> "the account was deleted";
          default -> null;
        };
    return why == null ? null : new AccountRestricted(account, "the provider says: " + why, at);
  }

  /**
   * Returns why the account is disabled; null for other states, as a disabling may also be
   * announced for a later day or revoked.
   */
  private static @Nullable String disabled(JsonNode state) {
    return Bounded.name(state.isArray() ? state.path(0) : state).equals("DISABLE")
        ? "the account was disabled"
        : null;
  }

  /**
   * Returns the restrictions on messages to people; null if there are none. A restriction without a
   * kind forbids everything.
   */
  private static @Nullable String restricted(JsonNode restrictions) {
    List<String> kinds = new ArrayList<>();
    for (JsonNode restriction : restrictions) {
      String kind = Bounded.name(restriction.path("restriction_type")).toUpperCase(Locale.ROOT);
      String until = Bounded.words(restriction.path("expiration"), LONGEST);
      kinds.add(joined(kind, until, " until "));
    }
    List<String> writing =
        kinds.stream()
            .filter(kind -> kind.isEmpty() || kind.contains("BIZ_INITIATED"))
            .limit(3)
            .toList();
    return kinds.isEmpty() || !writing.isEmpty()
        ? joined("the account is restricted", String.join(", ", writing), ": ")
        : null;
  }

  private static String words(String field, String event, JsonNode value, String account) {
    String about =
        Stream.of(
                "message_template_name",
                "message_template_language",
                "previous_quality_score",
                "new_quality_score",
                "display_phone_number",
                "current_limit",
                "phone_number")
            .map(name -> Bounded.words(value.path(name), LONGEST))
            .filter(words -> !words.isEmpty())
            .reduce("", (one, other) -> one + " " + other);
    return field + " " + event + about + " (account " + account + ")";
  }

  private static String joined(String words, String more, String between) {
    return more.isEmpty() ? words : words + between + more;
  }
}
