package dev.sluice.console.sender;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static dev.sluice.console.sender.TemplateConsole.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Api;
import dev.sluice.console.ConsoleFixture;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
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
  private static final WhatsAppSimulator PROVIDER =
      new WhatsAppSimulator(SimulatorConfig.friendly(80));
  private static final WhatsAppConfig ACCESS = WhatsAppConfig.of(PROVIDER.url(), "v26.0", "good");
  private static final TemplateConsole READING = new TemplateConsole(ACCESS);
  private static final ConsoleFixture CONSOLE = READING.without();
  private static final Api API = READING.api();

  /** The components of a message with one parameter. */
  private static final String BODY =
      ",\"components\":[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"Ana\"}]}]";

  private static final String JSON = "application/json";

  @AfterAll
  static void stop() {
    READING.close();
    PROVIDER.close();
  }

  @Test
  void areAllReadAndKeptForAMinute() {
    READING.sender("known", ",\"account\":\"102290129340398\"");
    JsonNode read = body(READING.templates("known", ""));

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
    assertThat(body(READING.templates("known", ""))).isEqualTo(read);
    assertProblem(READING.templates("known", "?refresh=true"), 502, "access token is invalid");
    PROVIDER.setAccessToken(null);
    assertThat(READING.templates("known", "?refresh=true").statusCode()).isEqualTo(200);
  }

  @Test
  void theListSaysWhichMayBeUsedAgainAndWhichMayNot() {
    String account = "104996122399160";
    READING.sender("listed", ",\"account\":\"" + account + "\"");
    String spring = campaign("listed", "spring_offer", "pt_BR", BODY);
    String winter = campaign("winter_offer", "de");
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.template_state (name, language, account, stopped, at)"
                + " VALUES ('spring_offer', 'pt_br', ?, 'paused', now() - interval '1 hour')",
            account));

    // A console without an access token cannot ask the provider.
    assertProblem(CONSOLE.send("POST", spring, "", ""), 409, "refused, as paused");
    assertThat(API.post(spring).statusCode()).isEqualTo(202);
    assertProblem(
        CONSOLE.send("POST", winter, "", ""), 409, "has paused the template winter_offer de");
  }

  /** Reading the list again must not overrule a person. */
  @Test
  void whoAllowsATemplateIsHeardAfterTheList() {
    String account = "104996122399161";
    READING.sender("allowed", ",\"account\":\"" + account + "\"");
    String winter = campaign("allowed", "winter_offer", "de", BODY);
    assertProblem(API.post(winter), 409, "has paused the template winter_offer de");

    assertThat(API.post(winter + "?acceptStopped=true").statusCode()).isEqualTo(202);
    assertThat(READING.isStopped(account)).isFalse();
  }

  /**
   * Somebody else may open the list before the campaign's hours begin. If nobody did for long, the
   * provider may have stopped the template once more.
   */
  @ParameterizedTest
  @CsvSource({"104996122399162, 58, false", "104996122399163, 60, true"})
  void aStopThatTheListRepeatsWithinAnHourOverrulesNobody(
      String account, int minutesBefore, boolean isStopped) {
    READING.sender("insisted", ",\"account\":\"" + account + "\"");
    UUID winter =
        UUID.fromString(campaign("insisted", "winter_offer", "de", BODY).split("/", -1)[3]);
    AtomicReference<Instant> now =
        new AtomicReference<>(Instant.now().minus(Duration.ofMinutes(minutesBefore)));
    CONSOLE.sql(sql -> {
      TemplateStates states = new TemplateStates(sql);
      try (Templates templates = new Templates(Optional.of(ACCESS), states, now::get)) {
        templates.of(account, true);
        assertThat(READING.isStopped(account)).isTrue();
        states.allow(states.used(winter).orElseThrow());
        now.set(Instant.now().plusSeconds(60));
        templates.of(account, true);
        return assertThat(READING.isStopped(account)).isEqualTo(isStopped);
      }
    });
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
    READING.sender("listed", ",\"account\":\"104996122399160\"");
    String start = campaign(name, language);
    HttpResponse<byte[]> refused = API.post(start);

    assertProblem(refused, 409, why);
    assertThat(body(refused).at("/unfitTemplate/0").asString()).isEqualTo(why);
    assertThat(CONSOLE.send("POST", start, "", "").statusCode())
        .as("a console that cannot read the list")
        .isEqualTo(202);
    assertThat(API.post(campaign(name, language) + "?acceptTemplate=true").statusCode())
        .isEqualTo(202);
    assertThat(API.post(campaign("hello_world", "en_US")).statusCode()).isEqualTo(202);
    assertThat(
            API.post(campaign("spring_offer", "{{language}}") + "?acceptMissing=true").statusCode())
        .as("each recipient's own")
        .isEqualTo(202);
  }

  /** When it starts by itself, nobody can be asked. */
  @Test
  void whatDoesNotFitItsTemplateOrMayNotUseItIsNotScheduledUnlessThatIsMeant() {
    READING.sender("later", ",\"account\":\"104996122399164\"");
    READING.sender("elsewhere", ",\"provider\":\"other\"");
    String time = "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}";
    String bare = draft("later", "spring_offer", "pt_BR", "");
    String winter = draft("later", "winter_offer", "de", BODY);

    HttpResponse<byte[]> refused = API.patch(bare, time);
    assertProblem(refused, 409, "the body has 0 parameters");
    assertThat(body(refused).at("/unfitTemplate")).hasSize(1);
    assertThat(READING.status(bare)).isEqualTo("DRAFT");
    assertThat(API.patch(bare + "?acceptTemplate=true", time).statusCode()).isEqualTo(200);
    assertThat(API.patch(bare, "{\"name\":\"y\"}").statusCode()).isEqualTo(200);
    assertProblem(API.patch(bare, message("spring_offer", "es", BODY)), 409, "has no template");
    assertThat(API.patch(bare, message("spring_offer", "pt_BR", BODY)).statusCode()).isEqualTo(200);

    refused = API.patch(winter, time);
    assertProblem(refused, 409, "has paused the template winter_offer de");
    assertThat(body(refused).path("stoppedTemplate").isString()).isTrue();
    assertThat(API.patch(winter, "{\"sender\":\"elsewhere\"}").statusCode()).isEqualTo(200);
    assertThat(API.patch(winter, time).statusCode()).isEqualTo(200);
    assertProblem(API.patch(winter, "{\"sender\":\"later\"}"), 409, "has paused the template");
    assertThat(API.patch(winter, "{\"scheduledAt\":null,\"sender\":\"later\"}").statusCode())
        .isEqualTo(200);
    assertThat(API.patch(winter + "?acceptStopped=true", time).statusCode()).isEqualTo(200);
    assertThat(READING.isStopped("104996122399164")).isFalse();
  }

  @Test
  void whatDoesNotFitItsTemplateOrMayNotUseItIsNotCreatedWithATimeUnlessThatIsMeant() {
    READING.sender("born", ",\"account\":\"104996122399165\"");
    String bare = scheduled("born", "spring_offer", "pt_BR", "");
    String winter = scheduled("born", "winter_offer", "de", BODY);

    HttpResponse<byte[]> refused = API.post("/api/campaigns", JSON, bare);
    assertProblem(refused, 409, "the body has 0 parameters");
    assertThat(body(refused).at("/unfitTemplate")).hasSize(1);
    assertThat(API.post("/api/campaigns?acceptTemplate=true", JSON, bare).statusCode())
        .isEqualTo(201);
    refused = API.post("/api/campaigns", JSON, winter);
    assertProblem(refused, 409, "has paused the template winter_offer de");
    assertThat(body(refused).path("stoppedTemplate").isString()).isTrue();
    assertThat(API.post("/api/campaigns?acceptStopped=true", JSON, winter).statusCode())
        .isEqualTo(201);
    assertThat(READING.isStopped("104996122399165")).isFalse();
    assertProblem(
        API.post("/api/campaigns", JSON, bare.replace("2099", "2020")), 400, "lies in the past");
  }

  private static String scheduled(
      String sender, String template, String language, String components) {
    return "{\"name\":\"x\",\"sender\":\"%s\",\"scheduledAt\":\"2099-01-01T00:00:00Z\",%s"
        .formatted(sender, message(template, language, components).substring(1));
  }

  /** Its account may be one that was told when it was WhatsApp's. */
  @Test
  void whatAnotherProviderCallsATemplateIsNotCompared() {
    READING.sender("moved", ",\"account\":\"104996122399160\"");
    READING.sender("moved", ",\"provider\":\"other\"");

    assertThat(API.post(campaign("moved", "spring_offer", "es", "")).statusCode()).isEqualTo(202);
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
    return READING.draft(sender, message(template, language, components));
  }

  @Test
  void whyThereAreNoneIsTold() {
    READING.sender("unknown", "");
    READING.sender("sms", ",\"provider\":\"sms\"");

    assertProblem(READING.templates("unknown", ""), 409, "account");
    assertProblem(READING.templates("nobody", ""), 404, "There is no sender");
    assertThat(body(READING.templates("sms", ""))).isEmpty();
    READING.sender("unknown", ",\"account\":\"1\"");
    READING.sender("unknown", "");
    assertThat(READING.templates("unknown", "").statusCode()).isEqualTo(200);
    assertProblem(
        CONSOLE.send("GET", "/api/senders/unknown/templates", "", ""),
        501,
        "WHATSAPP_ACCESS_TOKEN");
  }
}
