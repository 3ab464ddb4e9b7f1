package dev.sluice.providers.whatsapp;

import dev.sluice.providers.http.Endpoint;
import dev.sluice.providers.http.HttpCalls;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** An account's templates: {@code GET /{version}/{account}/message_templates}, all its pages. */
public final class MessageTemplates implements AutoCloseable {
  /** Templates of an account that are read; Meta allows more to some. */
  public static final int MOST = 1_000;

  private static final String QUERY =
      "/message_templates?limit=100&fields=id,name,language,category,status,parameter_format,"
          + "quality_score,components";

  private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9._-]{1,255}");
  private static final int LONGEST_PAGE = 2 * 1024 * 1024;

  /** Console and pickers ask for few accounts at a time. */
  private static final int CALLS = 4;

  private final WhatsAppConfig config;
  private final HttpCalls calls;

  /** Connects when they are read for the first time. */
  public MessageTemplates(WhatsAppConfig config) {
    this.config = config;
    calls =
        new HttpCalls(
            new Endpoint(
                config.baseUrl(),
                config.caFile(),
                config.connectTimeout(),
                config.answerTimeout(),
                CALLS));
  }

  /**
   * Reads them, at most {@link #MOST}.
   *
   * @param account the WhatsApp Business Account's id
   * @throws IOException if they cannot be read, with the reason in words
   */
  public List<JsonNode> of(String account) throws IOException {
    if (!ACCOUNT.matcher(account).matches()) {
      throw new IOException("\"" + account + "\" is no account's id");
    }
    List<JsonNode> templates = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = page(account, after);
      page.path("data").forEach(templates::add);
      after =
          page.at("/paging/next").isString() ? page.at("/paging/cursors/after").asString("") : "";
    } while (!after.isEmpty() && templates.size() < MOST);
    return templates.stream().limit(MOST).toList();
  }

  /**
   * Why a template may not be used, in words.
   *
   * @param status {@code PAUSED} or {@code DISABLED}
   */
  public static String stopped(String status, String name, String language) {
    return "the provider has "
        + status.toLowerCase(Locale.ROOT)
        + " the template "
        + name
        + " "
        + language;
  }

  private JsonNode page(String account, String after) throws IOException {
    String cursor =
        after.isEmpty() ? "" : "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8);
    URI uri = config.baseUrl().resolve("/" + config.apiVersion() + "/" + account + QUERY + cursor);
    HttpCalls.Answer answer =
        calls.get(uri, Map.of("Authorization", "Bearer " + config.accessToken()), LONGEST_PAGE);
    if (!answer.success() || !answer.body().path("data").isArray()) {
      throw new IOException(reason(answer));
    }
    return answer.body();
  }

  private static String reason(HttpCalls.Answer answer) {
    JsonNode error = answer.body().path("error");
    String said = error.path("message").asString("HTTP " + answer.status() + " without templates");
    return ErrorCodes.explanation(error.path("code").asString(""))
        .map(words -> words + " (" + said + ")")
        .orElse(said);
  }

  @Override
  public void close() {
    calls.close();
  }
}
