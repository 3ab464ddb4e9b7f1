package dev.sluice.console.sender;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static dev.sluice.schema.jooq.Tables.TEMPLATE_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleFixture;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Templates as the provider lists them, page by page. */
class TemplatesTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final WhatsAppSimulator PROVIDER =
      new WhatsAppSimulator(SimulatorConfig.friendly(80));
  private static final WhatsAppConfig ACCESS = WhatsAppConfig.of(PROVIDER.url(), "v26.0", "good");
  private static final Console READING = CONSOLE.another(ACCESS);

  /** The components of a message with one parameter. */
  private static final String BODY =
      ",\"components\":[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"Ana\"}]}]";

  @AfterAll
  static void stop() {
    READING.close();
    PROVIDER.close();
    CONSOLE.close();
  }

  @Test
  void areAllReadAndKeptForAMinute() {
    sender("known", ",\"account\":\"102290129340398\"");
    JsonNode read = body(get("known", ""));

    assertThat(read.values().stream().map(one -> one.path("name").asString()))
        .containsExactly(
            "hello_world", "spring_offer", "spring_offer", "winter_offer", "order_update");
    assertThat(read.at("/1/language").asString()).isEqualTo("pt_BR");
    assertThat(read.at("/1/category").asString()).isEqualTo("MARKETING");
    assertThat(read.at("/1/parameterFormat").asString()).isEqualTo("POSITIONAL");
    assertThat(read.at("/1/components/0/text").asString()).contains("{{1}}");
    assertThat(read.at("/3/status").asString()).isEqualTo("PAUSED");
    assertThat(read.at("/3/quality").asString()).isEqualTo("RED");

    PROVIDER.setAccessToken("another");
    assertThat(body(get("known", ""))).isEqualTo(read);
    assertProblem(get("known", "?refresh=true"), 502, "access token is invalid");
    PROVIDER.setAccessToken(null);
    assertThat(get("known", "?refresh=true").statusCode()).isEqualTo(200);
  }

  @Test
  void theListSaysWhichMayBeUsedAgainAndWhichMayNot() {
    String account = "104996122399160";
    sender("listed", ",\"account\":\"" + account + "\"");
    String spring = campaign("listed", "spring_offer", "pt_BR", BODY);
    String winter = campaign("winter_offer", "de");
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.template_state (name, language, account, stopped, at)"
                + " VALUES ('spring_offer', 'pt_br', ?, 'paused', now() - interval '1 hour')",
            account));

    // A console without an access token cannot ask the provider.
    assertProblem(CONSOLE.send("POST", spring, "", ""), 409, "refused, as paused");
    assertThat(post(spring).statusCode()).isEqualTo(202);
    assertProblem(
        CONSOLE.send("POST", winter, "", ""), 409, "has paused the template winter_offer de");
  }

  /** Reading the list again must not overrule a person. */
  @Test
  void whoAllowsATemplateIsHeardAfterTheList() {
    String account = "104996122399161";
    sender("allowed", ",\"account\":\"" + account + "\"");
    String winter = campaign("allowed", "winter_offer", "de", BODY);
    assertProblem(post(winter), 409, "has paused the template winter_offer de");

    assertThat(post(winter + "?acceptStopped=true").statusCode()).isEqualTo(202);
    assertThat(stoppedIn(account)).isFalse();
  }

  /**
   * Somebody else may open the list before the campaign's hours begin. If nobody did for long, the
   * provider may have stopped the template once more.
   */
  @ParameterizedTest
  @CsvSource({"104996122399162, 58, false", "104996122399163, 60, true"})
  void aStopThatTheListRepeatsWithinAnHourOverrulesNobody(
      String account, int minutesBefore, boolean isStopped) {
    sender("insisted", ",\"account\":\"" + account + "\"");
    UUID winter =
        UUID.fromString(campaign("insisted", "winter_offer", "de", BODY).split("/", -1)[3]);
    AtomicReference<Instant> now =
        new AtomicReference<>(Instant.now().minus(Duration.ofMinutes(minutesBefore)));
    CONSOLE.sql(sql -> {
      TemplateStates states = new TemplateStates(sql);
      try (Templates templates = new Templates(Optional.of(ACCESS), states, now::get)) {
        templates.of(account, true);
        assertThat(stoppedIn(account)).isTrue();
        states.allow(states.used(winter).orElseThrow());
        now.set(Instant.now().plusSeconds(60));
        templates.of(account, true);
        return assertThat(stoppedIn(account)).isEqualTo(isStopped);
      }
    });
  }

  private static boolean stoppedIn(String account) {
    return CONSOLE.sql(sql ->
        sql.fetchExists(
            TEMPLATE_STATE,
            TEMPLATE_STATE.ACCOUNT.eq(account),
            TEMPLATE_STATE.STOPPED.isNotNull()));
  }

  /** The provider would refuse each of its messages. */
  @ParameterizedTest
  @CsvSource({
    "spring_offer, pt_BR, 'the body has 0 parameters, but the template needs 1'",
    "spring_offer, en_US, the template is not approved (PENDING)",
    "spring_offer, es, the account has no template spring_offer in the language es"
  })
  void whatDoesNotFitItsTemplateDoesNotStartUnlessThatIsMeant(
      String name, String language, String why) {
    sender("listed", ",\"account\":\"104996122399160\"");
    String start = campaign(name, language);
    HttpResponse<byte[]> refused = post(start);

    assertProblem(refused, 409, why);
    assertThat(body(refused).at("/unfitTemplate/0").asString()).isEqualTo(why);
    assertThat(CONSOLE.send("POST", start, "", "").statusCode())
        .as("a console that cannot read the list")
        .isEqualTo(202);
    assertThat(post(campaign(name, language) + "?acceptTemplate=true").statusCode()).isEqualTo(202);
    assertThat(post(campaign("hello_world", "en_US")).statusCode()).isEqualTo(202);
    assertThat(post(campaign("spring_offer", "{{language}}") + "?acceptMissing=true").statusCode())
        .as("each recipient's own")
        .isEqualTo(202);
  }

  /** When it starts by itself, nobody can be asked. */
  @Test
  void whatDoesNotFitItsTemplateOrMayNotUseItIsNotScheduledUnlessThatIsMeant() {
    sender("later", ",\"account\":\"104996122399164\"");
    sender("elsewhere", ",\"provider\":\"other\"");
    String time = "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}";
    String bare = draft("later", "spring_offer", "pt_BR", "");
    String winter = draft("later", "winter_offer", "de", BODY);

    HttpResponse<byte[]> refused = patch(bare, time);
    assertProblem(refused, 409, "the body has 0 parameters");
    assertThat(body(refused).at("/unfitTemplate")).hasSize(1);
    assertThat(status(bare)).isEqualTo("DRAFT");
    assertThat(patch(bare + "?acceptTemplate=true", time).statusCode()).isEqualTo(200);
    assertThat(patch(bare, "{\"name\":\"y\"}").statusCode()).isEqualTo(200);
    assertProblem(patch(bare, message("spring_offer", "es", BODY)), 409, "has no template");
    assertThat(patch(bare, message("spring_offer", "pt_BR", BODY)).statusCode()).isEqualTo(200);

    refused = patch(winter, time);
    assertProblem(refused, 409, "has paused the template winter_offer de");
    assertThat(body(refused).path("stoppedTemplate").isString()).isTrue();
    assertThat(patch(winter, "{\"sender\":\"elsewhere\"}").statusCode()).isEqualTo(200);
    assertThat(patch(winter, time).statusCode()).isEqualTo(200);
    assertProblem(patch(winter, "{\"sender\":\"later\"}"), 409, "has paused the template");
    assertThat(patch(winter, "{\"scheduledAt\":null,\"sender\":\"later\"}").statusCode())
        .isEqualTo(200);
    assertThat(patch(winter + "?acceptStopped=true", time).statusCode()).isEqualTo(200);
    assertThat(stoppedIn("104996122399164")).isFalse();
  }

  @Test
  void whatDoesNotFitItsTemplateOrMayNotUseItIsNotCreatedWithATimeUnlessThatIsMeant() {
    sender("born", ",\"account\":\"104996122399165\"");
    String bare = scheduled("born", "spring_offer", "pt_BR", "");
    String winter = scheduled("born", "winter_offer", "de", BODY);

    HttpResponse<byte[]> refused = create("", bare);
    assertProblem(refused, 409, "the body has 0 parameters");
    assertThat(body(refused).at("/unfitTemplate")).hasSize(1);
    assertThat(create("?acceptTemplate=true", bare).statusCode()).isEqualTo(201);
    refused = create("", winter);
    assertProblem(refused, 409, "has paused the template winter_offer de");
    assertThat(body(refused).path("stoppedTemplate").isString()).isTrue();
    assertThat(create("?acceptStopped=true", winter).statusCode()).isEqualTo(201);
    assertThat(stoppedIn("104996122399165")).isFalse();
    assertProblem(create("", bare.replace("2099", "2020")), 400, "lies in the past");
  }

  private static String scheduled(
      String sender, String template, String language, String components) {
    return "{\"name\":\"x\",\"sender\":\"%s\",\"scheduledAt\":\"2099-01-01T00:00:00Z\",%s"
        .formatted(sender, message(template, language, components).substring(1));
  }

  private static HttpResponse<byte[]> create(String query, String draft) {
    return CONSOLE.send(
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + READING.port() + "/api/campaigns" + query))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(draft)));
  }

  private static String status(String campaign) {
    return body(CONSOLE.send("GET", campaign, "", "")).path("status").asString();
  }

  private static HttpResponse<byte[]> patch(String path, String change) {
    return CONSOLE.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + READING.port() + path))
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(change)));
  }

  /** Its account may be one that was told when it was WhatsApp's. */
  @Test
  void whatAnotherProviderCallsATemplateIsNotCompared() {
    sender("moved", ",\"account\":\"104996122399160\"");
    sender("moved", ",\"provider\":\"other\"");

    assertThat(post(campaign("moved", "spring_offer", "es", "")).statusCode()).isEqualTo(202);
  }

  private static HttpResponse<byte[]> post(String path) {
    return CONSOLE.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + READING.port() + path))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  /** Creates a campaign with a template, and returns the path that starts it. */
  private static String campaign(String template, String language) {
    return campaign("listed", template, language, "");
  }

  private static String campaign(
      String sender, String template, String language, String components) {
    return draft(sender, template, language, components) + "/start";
  }

  private static String draft(String sender, String template, String language, String components) {
    HttpResponse<byte[]> created =
        CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"x\",\"sender\":\"%s\",%s"
                .formatted(sender, message(template, language, components).substring(1)));
    return "/api/campaigns/" + body(created).path("id").asString();
  }

  private static String message(String template, String language, String components) {
    return "{\"message\":{\"type\":\"template\",\"template\":{\"name\":\"%s\",\"language\":{\"code\":\"%s\"}%s}}}"
        .formatted(template, language, components);
  }

  @Test
  void whyThereAreNoneIsTold() {
    sender("unknown", "");
    sender("sms", ",\"provider\":\"sms\"");

    assertProblem(get("unknown", ""), 409, "account");
    assertProblem(get("nobody", ""), 404, "There is no sender");
    assertThat(body(get("sms", ""))).isEmpty();
    sender("unknown", ",\"account\":\"1\"");
    sender("unknown", "");
    assertThat(get("unknown", "").statusCode()).isEqualTo(200);
    assertProblem(
        CONSOLE.send("GET", "/api/senders/unknown/templates", "", ""),
        501,
        "WHATSAPP_ACCESS_TOKEN");
  }

  private static void sender(String id, String more) {
    assertThat(
            CONSOLE
                .send(
                    "PUT",
                    "/api/senders/" + id,
                    "application/json",
                    "{\"address\":\"1065403\"" + more + "}")
                .statusCode())
        .isEqualTo(200);
  }

  private static HttpResponse<byte[]> get(String sender, String query) {
    return CONSOLE.get(
        "http://localhost:" + READING.port() + "/api/senders/" + sender + "/templates" + query,
        null);
  }
}
