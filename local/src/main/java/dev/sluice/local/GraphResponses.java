package dev.sluice.local;

import dev.sluice.schema.Json;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Responses in the format of Meta's Graph API. */
final class GraphResponses {
  private GraphResponses() {}

  static void accept(Context context, String id, String to, @Nullable String messageStatus) {
    context.contentType("application/json").result(accepted(id, to, messageStatus));
  }

  /** Returns the response body for an accepted message. */
  static byte[] accepted(String id, String to, @Nullable String messageStatus) {
    Map<String, Object> message = new HashMap<>();
    message.put("id", id);
    if (messageStatus != null) {
      message.put("message_status", messageStatus);
    }
    return Json.write(
        Map.of(
            "messaging_product",
            "whatsapp",
            "contacts",
            List.of(Map.of("input", to, "wa_id", digits(to))),
            "messages",
            List.of(message)));
  }

  static void refuse(Context context, int status, int code, String message) {
    json(
        context,
        status,
        Map.of(
            "error",
            Map.of(
                "message",
                message,
                "type",
                "OAuthException",
                "code",
                code,
                "error_data",
                Map.of("messaging_product", "whatsapp", "details", message),
                "fbtrace_id",
                "simulated")));
  }

  static void json(Context context, int status, Object body) {
    context.status(status).contentType("application/json").result(Json.write(body));
  }

  /** Returns the request's body, or null if it is not JSON. */
  static @Nullable JsonNode body(Context context) {
    try {
      return Json.MAPPER.readTree(context.bodyAsBytes());
    } catch (JacksonException e) {
      return null;
    }
  }

  /**
   * Returns a number's digits. Without a plus, Meta prepends the sender's country code, which
   * addresses another person.
   */
  static String digits(String to) {
    String digits = to.replaceAll("[^0-9]", "");
    return to.startsWith("+") ? digits : "1" + digits;
  }
}
