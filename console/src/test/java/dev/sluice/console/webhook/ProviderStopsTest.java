package dev.sluice.console.webhook;

import static dev.sluice.console.WebhookFixture.event;
import static dev.sluice.console.WebhookFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.sluice.console.OwnLog;
import dev.sluice.console.WebhookFixture;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the provider forbids stops by itself; what people have allowed since does not. */
class ProviderStopsTest {
  private static final OwnLog LOG = new OwnLog();
  private static final WebhookFixture FIXTURE = LOG.of(WebhookFixture::create);

  @AfterAll
  static void stop() {
    FIXTURE.close();
  }

  @Test
  void aBlockThatIsToldByAReceiptStopsTheSender() throws Exception {
    FIXTURE.sender("unpaid");
    assertThat(FIXTURE.post(failed("unpaid", "131042", now()))).isEqualTo(200);

    awaitBlocked("unpaid", true);
    assertThat(reason("unpaid")).contains("131042").contains("payment");
  }

  @Test
  void aLateReceiptDoesNotBlockASenderThatAPersonHasUnblocked() throws Exception {
    FIXTURE.sender("mended");
    FIXTURE.sender("witness");
    FIXTURE.post(failed("mended", "131042", now()));
    awaitBlocked("mended", true);
    FIXTURE.command("/api/senders/mended/unblock");
    awaitBlocked("mended", false);

    FIXTURE.post(failed("mended", "131048", now() - 3_600));
    FIXTURE.post(failed("witness", "131048", now()));
    awaitBlocked("witness", true);
    assertThat(blocked("mended")).isFalse();

    FIXTURE.post(failed("mended", "190", now() + 1));
    awaitBlocked("mended", true);
  }

  @Test
  void anErrorOfTheWholeNumberBlocksItsSender() throws Exception {
    FIXTURE.sender("locked");
    FIXTURE.post(
        value(
            "\"metadata\":{\"phone_number_id\":\"locked\"},"
                + "\"errors\":[{\"code\":131031,\"title\":\"lo\\ud800cked\\u0000\"},{\"code\":1},7]"));

    awaitBlocked("locked", true);
  }

  @Test
  void aPausedTemplatePausesTheCampaignsThatSendIt() throws Exception {
    FIXTURE.sender("t");
    UUID spring = FIXTURE.campaign("t", "SENDING", template("spring", "pt_BR"));
    UUID spanish = FIXTURE.campaign("t", "SENDING", template("spring", "es"));
    UUID other = FIXTURE.campaign("t", "SENDING", template("autumn", "pt_BR"));
    UUID text = FIXTURE.campaign("t", "SENDING", "{\"type\":\"text\"}");
    UUID over = FIXTURE.campaign("t", "COMPLETED", template("spring", "pt_BR"));

    FIXTURE.post(templateEvent("Paused", "spring", "pt-BR", now()));

    assertThat(commands(spring))
        .singleElement()
        .satisfies(pause -> {
          assertThat(pause.command()).isEqualTo(CampaignCommand.Action.PAUSE);
          assertThat(pause.reason()).contains("paused the template spring").contains("QUALITY");
        });
    for (UUID untouched : List.of(spanish, other, text, over)) {
      assertThat(commands(untouched)).isEmpty();
    }
    FIXTURE.post(templateEvent("DISABLED", "autumn", "", now()));
    assertThat(commands(other)).hasSize(1);
    FIXTURE.post(templateEvent("APPROVED", "spring", "es", now()));
    assertThat(commands(spanish)).isEmpty();
  }

  /** Otherwise each of its messages would be refused once it sends. */
  @Test
  void aStoppedTemplateKeepsCampaignsFromStartingUntilItIsApprovedAgain() throws Exception {
    FIXTURE.sender("later");
    UUID draft = FIXTURE.campaign("later", "DRAFT", template("summer", "pt_BR"));
    UUID paused = FIXTURE.campaign("later", "PAUSED", template("summer", "pt_BR"));
    UUID over = FIXTURE.campaign("later", "COMPLETED", template("summer", "pt_BR"));
    UUID spanish = FIXTURE.campaign("later", "DRAFT", template("summer", "es"));
    FIXTURE.post(templateEvent("PAUSED", "summer", "pt-BR", now() - 60));

    for (String command :
        List.of(command(draft, "start"), command(paused, "resume"), command(over, "resend"))) {
      HttpResponse<String> refused = FIXTURE.command(command);
      assertThat(refused.statusCode()).as(command).isEqualTo(409);
      assertThat(Json.MAPPER.readTree(refused.body()).path("stoppedTemplate").asString())
          .isEqualTo("the provider has paused the template summer pt-BR: LOW_QUALITY");
    }
    assertThat(FIXTURE.command(command(paused, "cancel")).statusCode()).isEqualTo(202);
    assertThat(FIXTURE.command(command(spanish, "start")).statusCode()).isEqualTo(202);
    assertThat(commands(draft)).isEmpty();

    FIXTURE.post(templateEvent("APPROVED", "summer", "pt_BR", now() - 30));
    FIXTURE.post(templateEvent("DISABLED", "summer", "pt-BR", now() - 45));
    assertThat(FIXTURE.command(command(draft, "start")).statusCode()).isEqualTo(202);
    assertThat(FIXTURE.command(command(over, "resend")).statusCode()).isEqualTo(202);
  }

  /** The event that lifts the stop may be lost. */
  @Test
  void whoKnowsThatATemplateMayBeUsedSaysSo() throws Exception {
    FIXTURE.sender("knows");
    UUID one = FIXTURE.campaign("knows", "DRAFT", template("known", "pt_BR"));
    UUID other = FIXTURE.campaign("knows", "DRAFT", template("known", "pt_BR"));
    FIXTURE.post(templateEvent("DISABLED", "known", "pt_BR", now() - 60));

    assertThat(FIXTURE.command(command(other, "start")).statusCode()).isEqualTo(409);
    assertThat(FIXTURE.command(command(one, "start?acceptStopped=true")).statusCode())
        .isEqualTo(202);
    assertThat(FIXTURE.command(command(other, "start")).statusCode()).isEqualTo(202);
  }

  /** The provider's times are whole seconds, so nobody knows which came first. */
  @Test
  void aStopWinsAgainstWhatIsSaidInTheSameSecond() throws Exception {
    FIXTURE.sender("second");
    UUID draft = FIXTURE.campaign("second", "DRAFT", template("quick", "pt_BR"));
    long second = now() - 60;
    FIXTURE.post(templateEvent("APPROVED", "quick", "pt_BR", second));
    FIXTURE.post(templateEvent("PAUSED", "quick", "pt_BR", second));
    FIXTURE.post(templateEvent("APPROVED", "quick", "pt_BR", second));
    assertThat(FIXTURE.command(command(draft, "start")).statusCode()).isEqualTo(409);

    // A list that was read before.
    new TemplateStates(FIXTURE.sql())
        .learn(
            Set.of(
                new TemplateStates.State(
                    "", "quick", "pt_BR", null, Instant.ofEpochSecond(second + 1, 300_000_000))));
    FIXTURE.post(templateEvent("PAUSED", "quick", "", second + 1));
    assertThat(FIXTURE.command(command(draft, "start")).statusCode()).isEqualTo(409);

    FIXTURE.post(templateEvent("APPROVED", "quick", "", second + 2));
    assertThat(FIXTURE.command(command(draft, "start")).statusCode()).isEqualTo(202);
  }

  @Test
  void aPersonsWordCountsThoughTheProvidersClockIsAhead() throws Exception {
    FIXTURE.sender("ahead");
    UUID one = FIXTURE.campaign("ahead", "DRAFT", template("future", "pt_BR"));
    UUID other = FIXTURE.campaign("ahead", "DRAFT", template("future", "pt_BR"));
    FIXTURE.post(templateEvent("DISABLED", "future", "pt_BR", now() + 30));

    assertThat(FIXTURE.command(command(one, "start?acceptStopped=true")).statusCode())
        .isEqualTo(202);
    HttpResponse<String> answer = FIXTURE.command(command(other, "start"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }

  private static String command(UUID campaign, String command) {
    return "/api/campaigns/" + campaign + "/" + command;
  }

  @Test
  void aLateEventPausesNoCampaignThatAPersonHasResumed() throws Exception {
    FIXTURE.sender("late");
    UUID resumed = FIXTURE.campaign("late", "PAUSED", template("winter", "pt_BR"));
    FIXTURE.control(resumed, new Control(Control.State.PAUSED, "requested by hand"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> FIXTURE.api("/api/campaigns/" + resumed).path("statusReason").isString());
    FIXTURE.sql().execute("UPDATE sluice.campaign SET status = 'SENDING' WHERE id = ?", resumed);

    FIXTURE.post(templateEvent("PAUSED", "winter", "pt_BR", now() - 3_600));
    assertThat(commands(resumed)).isEmpty();
    FIXTURE.post(templateEvent("PAUSED", "winter", "pt_BR", now() + 1));
    assertThat(commands(resumed)).hasSize(1);
  }

  @Test
  void anErrorOfANumberThatIsNobodysIsCountedAndLogged() throws Exception {
    double before = FIXTURE.counted("trouble", "accepted");
    try (var _ = LOG.listen(WebhookIntake.class.getName(), Level.INFO)) {
      FIXTURE.post(
          value(
              "\"metadata\":{\"phone_number_id\":\"nobodys\"},"
                  + "\"errors\":[{\"code\":131031,\"title\":\"locked\"}]"));
    }

    assertThat(FIXTURE.counted("trouble", "accepted") - before).isEqualTo(1);
    assertThat(LOG.texts()).containsExactly("provider: error 131031 locked");
  }

  @Test
  void aRestrictionBlocksTheSendersOfItsAccountAndOfUnknownOnes() throws Exception {
    FIXTURE.sender("ours");
    FIXTURE.sender("unknown");
    FIXTURE.sender("others");
    FIXTURE.post(seen("account-1", "ours"));
    FIXTURE.post(seen("account-2", "others"));
    assertThat(account("ours")).isEqualTo("account-1");

    FIXTURE.post(restriction("account-1", "RESTRICTED_ADD_PHONE_NUMBER_ACTION"));
    FIXTURE.post(restriction("account-1", "RESTRICTED_BIZ_INITIATED_MESSAGING"));

    awaitBlocked("ours", true);
    awaitBlocked("unknown", true);
    assertThat(reason("ours")).contains("RESTRICTED_BIZ_INITIATED").doesNotContain("PHONE");
    assertThat(blocked("others")).isFalse();
    FIXTURE.post(
        event(
            "account-2",
            now(),
            "account_update",
            "{\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"DISABLE\"}}"));
    awaitBlocked("others", true);
  }

  @Test
  void aLockedSenderKeepsNothingElseFromBeingTaken() throws Exception {
    FIXTURE.sender("busy");
    try (Database other = FIXTURE.patient()) {
      other
          .sql()
          .transaction(holding -> {
            holding.dsl().execute("SELECT FROM sluice.sender WHERE id = 'busy' FOR UPDATE");
            assertThat(FIXTURE.post(seen("account-3", "busy"))).isEqualTo(200);
          });
    }
    assertThat(FIXTURE.post(seen("account-3", "busy"))).isEqualTo(200);

    assertThat(account("busy")).isEqualTo("account-3");
  }

  @Test
  void whatElseIsToldIsCounted() throws Exception {
    double before = FIXTURE.counted("notice", "logged");
    for (String field :
        List.of(
            "message_template_quality_update",
            "phone_number_quality_update",
            "account_alerts",
            "business_capability_update")) {
      assertThat(FIXTURE.post(event("1", now(), field, "{\"event\":\"X\\nY\"}"))).isEqualTo(200);
    }

    assertThat(FIXTURE.counted("notice", "logged") - before).isEqualTo(4);
  }

  @Test
  void anAccountsRestrictionIsNotLostBesideALateReceipt() throws Exception {
    FIXTURE.sender("ra");
    FIXTURE.sender("rb");
    FIXTURE.post(failed("ra", "131042", now()));
    awaitBlocked("ra", true);
    FIXTURE.command("/api/senders/ra/unblock");
    awaitBlocked("ra", false);
    String late =
        ("{\"id\":\"1\",\"time\":%d,\"changes\":[{\"field\":\"messages\",\"value\":{\"metadata\":{\"phone_number_id\":\"ra\"},"
                + "\"statuses\":[{\"id\":\"w\",\"status\":\"failed\",\"timestamp\":\"%d\",\"errors\":[{\"code\":131042}]}]}}]}")
            .formatted(now() - 3_600, now() - 3_600);
    String restricted =
        ("{\"id\":\"1\",\"time\":%d,\"changes\":[{\"field\":\"account_update\",\"value\":{\"event\":\"DISABLED_UPDATE\","
                + "\"ban_info\":{\"waba_ban_state\":\"DISABLE\"}}}]}")
            .formatted(now());
    assertThat(FIXTURE.post("{\"entry\":[" + late + "," + restricted + "]}")).isEqualTo(200);
    awaitBlocked("rb", true);
    assertThat(blocked("ra")).as("the account is disabled").isTrue();
  }

  @Test
  void aReceiptFromBeforeTheSenderWasMadeDoesNotBlockIt() throws Exception {
    FIXTURE.sender("new");
    FIXTURE.sender("new-witness");
    FIXTURE.post(failed("new", "131042", now() - 6 * 86_400));
    FIXTURE.post(failed("new-witness", "131042", now()));
    awaitBlocked("new-witness", true);
    assertThat(blocked("new")).isFalse();
  }

  @Test
  void aBlockThatOnlyPeopleEndTakesThePlaceOfOneThatEndsByItself() throws Exception {
    FIXTURE.sender("silent");
    FIXTURE.control("silent", Control.blockedUntilBack("whatsapp", "no answer"));
    awaitBlocked("silent", true);

    FIXTURE.post(failed("silent", "131042", now() + 1));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(reason("silent")).contains("131042"));
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  private static String failed(String phoneNumberId, String code, long time) {
    return value(
        ("\"metadata\":{\"phone_number_id\":\"%s\"},\"statuses\":[{\"id\":\"wamid.e\",\"status\":"
                + "\"failed\",\"timestamp\":\"%d\",\"errors\":[{\"code\":%s,\"title\":\"payment\"}]}]")
            .formatted(phoneNumberId, time, code));
  }

  private static String seen(String account, String phoneNumberId) {
    return event(
        account,
        now(),
        "messages",
        ("{\"metadata\":{\"phone_number_id\":\"%s\"},"
                + "\"statuses\":[{\"id\":\"wamid.s\",\"status\":\"sent\"}]}")
            .formatted(phoneNumberId));
  }

  private static String restriction(String account, String kind) {
    return event(
        account,
        now(),
        "account_update",
        "{\"event\":\"ACCOUNT_RESTRICTION\",\"restriction_info\":[{\"restriction_type\":\"%s\"}]}"
            .formatted(kind));
  }

  private static String templateEvent(String event, String name, String language, long time) {
    return event(
        "1",
        time,
        "message_template_status_update",
        ("{\"event\":\"%s\",\"message_template_name\":\"%s\",\"message_template_language\":\"%s\","
                + "\"reason\":\"LOW_QUALITY\"}")
            .formatted(event, name, language));
  }

  private static String template(String name, String language) {
    return "{\"type\":\"template\",\"template\":{\"name\":\"%s\",\"language\":{\"code\":\"%s\"}}}"
        .formatted(name, language);
  }

  private static List<CampaignCommand> commands(UUID campaign) {
    return FIXTURE.commands().stream()
        .filter(command -> command.campaignId().equals(campaign))
        .toList();
  }

  private static String account(String sender) {
    return FIXTURE
        .sql()
        .fetchSingle("SELECT account FROM sluice.sender WHERE id = ?", sender)
        .get(0, String.class);
  }

  private static void awaitBlocked(String sender, boolean wanted) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> blocked(sender) == wanted);
  }

  private static boolean blocked(String sender) throws Exception {
    return FIXTURE.api("/api/senders/" + sender).path("blocked").asBoolean();
  }

  private static String reason(String sender) throws Exception {
    return FIXTURE.api("/api/senders/" + sender).path("blockReason").asString();
  }
}
