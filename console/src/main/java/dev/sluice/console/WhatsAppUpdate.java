package dev.sluice.console;

import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One thing that a webhook call tells. */
sealed interface WhatsAppUpdate {

  /**
   * What became of a message.
   *
   * @param messageId the provider's id
   * @param callbackData ours, or empty
   * @param errorCode the code of a failure, or null
   * @param phoneNumberId the sender's address
   */
  record Receipt(
      String messageId,
      String callbackData,
      RecipientStatus status,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      String phoneNumberId,
      Instant at)
      implements WhatsAppUpdate {}

  /** A user wrote, or pressed a button. */
  record Incoming(String from, String text) implements WhatsAppUpdate {}

  /** A user changed whether marketing messages are welcome. */
  record Preference(String from, boolean stop) implements WhatsAppUpdate {}

  /** Something else, which is none of our business. */
  record Other(String kind) implements WhatsAppUpdate {}

  /** Everything that a call's body holds. Fields may be missing or strange: they change often. */
  static List<WhatsAppUpdate> read(JsonNode body) {
    List<WhatsAppUpdate> updates = new ArrayList<>();
    for (JsonNode entry : body.path("entry")) {
      for (JsonNode change : entry.path("changes")) {
        JsonNode value = change.path("value");
        String number = value.path("metadata").path("phone_number_id").asString("");
        value.path("statuses").forEach(status -> updates.add(receipt(status, number)));
        value.path("messages").forEach(message -> updates.add(incoming(message)));
        value.path("user_preferences").forEach(choice -> updates.add(preference(choice)));
      }
    }
    return updates;
  }

  private static WhatsAppUpdate receipt(JsonNode status, String phoneNumberId) {
    String name = status.path("status").asString("");
    RecipientStatus reached =
        switch (name) {
          case "sent" -> RecipientStatus.SENT;
          case "delivered" -> RecipientStatus.DELIVERED;
          case "read", "played" -> RecipientStatus.READ;
          case "failed" -> RecipientStatus.FAILED;
          default -> null;
        };
    if (reached == null) {
      return new Other("status " + name);
    }
    JsonNode error = status.path("errors").path(0);
    // Given as a string in places.
    int code = error.path("code").asInt(-1);
    String details = error.path("error_data").path("details").asString("");
    return new Receipt(
        status.path("id").asString(""),
        status.path("biz_opaque_callback_data").asString(""),
        reached,
        code < 0 ? null : Integer.toString(code),
        details.isEmpty() ? error.path("title").asString(null) : details,
        phoneNumberId,
        Instant.ofEpochSecond(status.path("timestamp").asLong(Instant.now().getEpochSecond())));
  }

  private static WhatsAppUpdate incoming(JsonNode message) {
    String from = message.path("from").asString("");
    String text =
        switch (message.path("type").asString("")) {
          case "text" -> message.path("text").path("body").asString("");
          case "button" -> message.path("button").path("payload").asString("");
          case "interactive" ->
              message.path("interactive").path("button_reply").path("id").asString("");
          default -> "";
        };
    return from.isEmpty() || text.isEmpty() ? new Other("message") : new Incoming(from, text);
  }

  private static WhatsAppUpdate preference(JsonNode choice) {
    String from = choice.path("wa_id").asString("");
    String value = choice.path("value").asString("");
    boolean known = value.equals("stop") || value.equals("resume");
    return from.isEmpty() || !known
        ? new Other("preference")
        : new Preference(from, value.equals("stop"));
  }
}
