package dev.sluice.providers.whatsapp;

import dev.sluice.providers.http.Endpoint;
import dev.sluice.providers.http.HttpCalls;
import dev.sluice.schema.MessageParts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Reads an account's templates with {@code GET /{version}/{account}/message_templates}, all pages.
 */
public final class MessageTemplates implements AutoCloseable {
  /** The most templates read of an account; Meta allows some accounts more. */
  public static final int MOST = 1_000;

  private static final String QUERY =
      "/message_templates?limit=100&fields=id,name,language,category,status,parameter_format,"
          + "quality_score,components";

  private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9._-]{1,255}");
  private static final int LONGEST_PAGE = 2 * 1024 * 1024;

  /** The most parts that an account's templates may have together: some 20 MB in memory. */
  private static final int MOST_PARTS = 200_000;

  /** The most pages read; a page may hold fewer templates than were asked for. */
  private static final int MOST_PAGES = 100;

  /** The most concurrent calls; the console and its template pickers need few. */
  private static final int CALLS = 4;

  private final WhatsAppConfig config;
  private final HttpCalls calls;

  /** Creates a reader that connects on first use. */
  public MessageTemplates(WhatsAppConfig config) {
    this.config = config;
    calls =
        new HttpCalls(
            new Endpoint(
                config.baseUrl(),
                config.caFile(),
                config.connectTimeout(),
                config.answerTimeout(),
                CALLS,
                false));
  }

  /**
   * Returns the account's templates, at most {@link #MOST}.
   *
   * @param account the WhatsApp Business Account's id
   * @throws IOException if they cannot be read, with a readable reason
   */
  public List<JsonNode> of(String account) throws IOException {
    if (!ACCOUNT.matcher(account).matches()) {
      throw new IOException("\"" + account + "\" is no account's id");
    }
    List<JsonNode> templates = new ArrayList<>();
    String after = "";
    int pages = 0;
    int parts = 0;
    do {
      JsonNode page = page(account, after);
      parts += MessageParts.in(page);
      if (parts > MOST_PARTS || ++pages > MOST_PAGES) {
        throw new IOException("the account's templates are too large to be read");
      }
      page.path("data").forEach(templates::add);
      after =
          page.at("/paging/next").isString() ? page.at("/paging/cursors/after").asString("") : "";
    } while (!after.isEmpty() && templates.size() < MOST);
    return templates.stream().limit(MOST).toList();
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
