package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.body;

import dev.sluice.console.Api;
import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import java.util.List;

/** What tests ask a console about campaigns. */
record CampaignCalls(ConsoleFixture console, Api api) {
  CampaignCalls(ConsoleFixture console) {
    this(console, new Api(console.port()));
  }

  static String id(HttpResponse<byte[]> created) {
    return body(created).path("id").asString();
  }

  static String status(HttpResponse<byte[]> answer) {
    return body(answer).path("status").asString();
  }

  HttpResponse<byte[]> get(String id) {
    return api.get("/api/campaigns/" + id);
  }

  HttpResponse<byte[]> patch(String id, String change) {
    return patch(id, "", change);
  }

  HttpResponse<byte[]> patch(String id, String query, String change) {
    return api.patch("/api/campaigns/" + id + query, change);
  }

  /** Adds recipients. */
  HttpResponse<byte[]> add(String id, String csv) {
    return api.post("/api/campaigns/" + id + "/recipients", "text/csv", csv);
  }

  HttpResponse<byte[]> duplicate(String id, String query) {
    return api.post("/api/campaigns/" + id + "/duplicate" + query);
  }

  HttpResponse<byte[]> duplicate(String id, String query, String key) {
    return api.postOnce(key, "/api/campaigns/" + id + "/duplicate" + query, "");
  }

  HttpResponse<byte[]> archive(String id) {
    return api.post("/api/campaigns/" + id + "/archive");
  }

  /** Returns the ids in a list of campaigns. */
  List<String> listed(String query) {
    return body(api.get("/api/campaigns" + query)).values().stream()
        .map(row -> row.path("id").asString())
        .toList();
  }

  /** Sets the status in its row. */
  void set(String id, String status) {
    console.sql(
        sql -> sql.execute("UPDATE sluice.campaign SET status = ? WHERE id = ?::uuid", status, id));
  }
}
