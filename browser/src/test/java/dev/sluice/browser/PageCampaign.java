package dev.sluice.browser;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.schema.Json;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A campaign of a page's console, which no service but the test changes. */
record PageCampaign(ConsolePage page, String id) {
  /** Creates a draft and returns its id. */
  static String create(ConsoleClient client, String name, String sender, JsonNode message) {
    return client
        .post("/api/campaigns", Map.of("name", name, "sender", sender, "message", message))
        .path("id")
        .asString();
  }

  static JsonNode text(String text) {
    return Json.MAPPER.valueToTree(Map.of("type", "text", "text", Map.of("body", text)));
  }

  String path() {
    return "/api/campaigns/" + id;
  }

  void open() {
    page.browser().open("#/campaigns/" + id);
  }

  void edit() {
    page.browser().open("#/campaigns/" + id + "/edit");
  }

  /** Returns it as the console knows it. */
  JsonNode kept() {
    return page.client().get(path());
  }

  String status() {
    return kept().path("status").asString();
  }

  String scheduledAt() {
    return kept().path("scheduledAt").asString();
  }

  void schedule(String at) {
    page.client().patch(path(), Map.of("scheduledAt", at));
  }

  /** Adds a recipient through the API. */
  void add(String phone) {
    page.client()
        .post(
            path() + "/recipients",
            List.of(Map.of("phone", phone, "variables", Map.of("first_name", "Eva"))));
  }

  /** Inserts recipients whose numbers end in these, all of them called Ana. */
  void people(int from, int to, String status) {
    people(from, to, "variables, status", "'{\"first_name\": \"Ana\"}', '" + status + "'");
  }

  /** Inserts recipients with these columns, whose values may depend on {@code n}, the number. */
  void people(int from, int to, String columns, String values) {
    page.sql(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, %s)".formatted(columns)
            + " SELECT '%s', '+' || (5511960000000 + n), ".formatted(id)
            + values
            + " FROM generate_series(%d, %d) AS n".formatted(from, to));
  }

  /** Sets columns of its row. */
  void set(String columns) {
    page.sql("UPDATE sluice.campaign SET %s WHERE id = '%s'".formatted(columns, id));
  }

  void complete(String counters) {
    set("status = 'COMPLETED', started_at = now(), completed_at = now(), " + counters);
  }
}
