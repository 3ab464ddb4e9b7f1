package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.TEMPLATE_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Api;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleFixture;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.net.http.HttpResponse;

/** A console that reads templates from a provider, beside one that cannot. */
final class TemplateConsole implements AutoCloseable {
  private final ConsoleFixture without = ConsoleFixture.create();
  private final Console console;
  private final Api api;

  TemplateConsole(WhatsAppConfig access) {
    console = without.another(access);
    api = new Api(console.port());
  }

  /** Returns the one that cannot. */
  ConsoleFixture without() {
    return without;
  }

  Api api() {
    return api;
  }

  /** Creates or changes a sender. */
  void sender(String id, String more) {
    assertThat(
            without
                .send(
                    "PUT",
                    "/api/senders/" + id,
                    "application/json",
                    "{\"address\":\"1065403\"" + more + "}")
                .statusCode())
        .isEqualTo(200);
  }

  HttpResponse<byte[]> templates(String sender, String query) {
    return api.get("/api/senders/" + sender + "/templates" + query);
  }

  /** Creates a draft and returns its path. */
  String draft(String sender, String message) {
    HttpResponse<byte[]> created =
        without.send("POST", "/api/campaigns", "application/json", campaign(sender, message));
    return "/api/campaigns/" + ConsoleFixture.body(created).path("id").asString();
  }

  /** Returns a wish for a campaign, with this message and what else is in its object. */
  static String campaign(String sender, String message) {
    return "{\"name\":\"x\",\"sender\":\"%s\",%s".formatted(sender, message.substring(1));
  }

  /** Returns an object with a message that uses a template. */
  static String message(String template, String language, String components) {
    return "{\"message\":{\"type\":\"template\",\"template\":{\"name\":\"%s\",\"language\":{\"code\":\"%s\"}%s}}}"
        .formatted(template, language, components);
  }

  String status(String campaign) {
    return ConsoleFixture.body(api.get(campaign)).path("status").asString();
  }

  /** Returns whether a template of an account is known to be stopped. */
  boolean isStopped(String account) {
    return without.sql(sql ->
        sql.fetchExists(
            TEMPLATE_STATE,
            TEMPLATE_STATE.ACCOUNT.eq(account),
            TEMPLATE_STATE.STOPPED.isNotNull()));
  }

  @Override
  public void close() {
    console.close();
    without.close();
  }
}
