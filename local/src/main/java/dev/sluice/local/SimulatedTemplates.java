package dev.sluice.local;

import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /{version}/{account}/message_templates}: a few templates, at most two per page. */
final class SimulatedTemplates {
  private static final int LONGEST_PAGE = 2;

  private static final List<Map<String, Object>> TEMPLATES =
      List.of(
          template("hello_world", "en_US", "UTILITY", "APPROVED", body("Hello World")),
          template(
              "spring_offer",
              "pt_BR",
              "MARKETING",
              "APPROVED",
              Map.of(
                  "type",
                  "BODY",
                  "text",
                  "Oi {{1}}, a primavera chegou!",
                  "example",
                  Map.of("body_text", List.of(List.of("Ana"))))),
          template(
              "spring_offer", "en_US", "MARKETING", "PENDING", body("Hi {{1}}, it is spring!")),
          template(
              "winter_offer", "de", "MARKETING", "PAUSED", body("Hallo {{1}}, es ist Winter!")),
          orderUpdate());

  private final Behaviour behaviour;

  SimulatedTemplates(Behaviour behaviour) {
    this.behaviour = behaviour;
  }

  private static Map<String, Object> template(
      String name, String language, String category, String status, Map<String, Object> body) {
    return Map.of(
        "id",
        Integer.toUnsignedString((name + language).hashCode()),
        "name",
        name,
        "language",
        language,
        "category",
        category,
        "status",
        status,
        "parameter_format",
        "POSITIONAL",
        "quality_score",
        Map.of("score", status.equals("PAUSED") ? "RED" : "GREEN"),
        "components",
        List.of(body));
  }

  private static Map<String, Object> orderUpdate() {
    Map<String, Object> template =
        new HashMap<>(template("order_update", "en_US", "UTILITY", "APPROVED", Map.of()));
    template.put("parameter_format", "NAMED");
    template.put(
        "components",
        List.of(
            Map.of("type", "HEADER", "format", "IMAGE"),
            body("Hi {{first_name}}, your order {{order}} is on its way."),
            Map.of("type", "FOOTER", "text", "Reply STOP to hear no more"),
            Map.of(
                "type",
                "BUTTONS",
                "buttons",
                List.of(
                    Map.of(
                        "type",
                        "URL",
                        "text",
                        "Follow it",
                        "url",
                        "https://shop.example/orders/{{1}}",
                        "example",
                        List.of("https://shop.example/orders/4711"))))));
    return Map.copyOf(template);
  }

  private static Map<String, Object> body(String text) {
    return Map.of("type", "BODY", "text", text);
  }

  void list(Context context) {
    if (!behaviour.admits(context.header("Authorization"))) {
      GraphResponses.refuse(context, 401, 190, "Invalid OAuth access token.");
      return;
    }
    int from = Math.clamp(number(context.queryParam("after"), 0), 0, TEMPLATES.size());
    int limit = Math.clamp(number(context.queryParam("limit"), LONGEST_PAGE), 1, LONGEST_PAGE);
    int to = Math.min(from + limit, TEMPLATES.size());
    Map<String, Object> paging = new HashMap<>();
    paging.put("cursors", Map.of("before", Integer.toString(from), "after", Integer.toString(to)));
    if (to < TEMPLATES.size()) {
      paging.put("next", context.path() + "?after=" + to);
    }
    GraphResponses.json(
        context, 200, Map.of("data", TEMPLATES.subList(from, to), "paging", paging));
  }

  private static int number(@Nullable String text, int otherwise) {
    return text != null && text.matches("\\d{1,6}") ? Integer.parseInt(text) : otherwise;
  }
}
