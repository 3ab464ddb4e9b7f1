package dev.sluice.console.sender;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static dev.sluice.schema.jooq.Tables.TEMPLATE_STATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.Api;
import dev.sluice.console.ConsoleFixture;
import dev.sluice.console.Locks;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What starts by itself uses only templates that may be used, whatever else is going on. */
class ScheduledTemplatesTest {
  private static final String TIME = "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}";
  private static final TemplateList PROVIDER = new TemplateList();
  private static final TemplateConsole READING = new TemplateConsole(PROVIDER.access());
  private static final ConsoleFixture CONSOLE = READING.without();
  private static final Api API = READING.api();

  @AfterAll
  static void stop() {
    READING.close();
    PROVIDER.close();
  }

  /** All but one of the provider's words for a template mean that it refuses its messages. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PENDING",
        "REJECTED",
        "rejected",
        "IN_APPEAL",
        "PENDING_DELETION",
        "DELETED",
        "LIMIT_EXCEEDED",
        "ARCHIVED"
      })
  void whatIsNotApprovedIsNotScheduled(String status) {
    PROVIDER.put("1" + status, "spring " + status, "summer APPROVED");
    String draft = draft("1" + status, "spring");

    assertProblem(patch(draft, "", TIME), 409, "the template is not approved (" + status + ")");
    assertThat(patch(draft("1" + status, "summer"), "", TIME).statusCode()).isEqualTo(200);
  }

  @Test
  void anAccountWithoutTemplatesHasNotTheOneThatIsUsed() {
    PROVIDER.put("2");

    assertProblem(patch(draft("2", "spring"), "", TIME), 409, "the account has no template spring");
  }

  @Test
  void whoInsistsOnAMessageThatDoesNotFitDoesNotInsistOnAStoppedTemplate() {
    PROVIDER.put("3", "spring PAUSED");
    String draft = draft("3", "spring");

    assertProblem(
        patch(draft, "?acceptTemplate=true", TIME), 409, "has paused the template spring en");
    assertThat(patch(draft, "?acceptTemplate=true&acceptStopped=true", TIME).statusCode())
        .isEqualTo(200);
  }

  /** The change that sets the time waits for the provider, and the other one does not. */
  @Test
  void aMessageThatIsChangedWhileItsTemplateIsCheckedIsNotScheduledUnchecked() throws Exception {
    PROVIDER.put("4", "spring APPROVED", "winter REJECTED");
    CountDownLatch listed = new CountDownLatch(1);
    PROVIDER.hold("4", listed);
    String draft = draft("4", "spring");
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<byte[]>> timed = people.submit(() -> patch(draft, "", TIME));
      await().until(() -> PROVIDER.isAsked("4"));
      assertThat(patch(draft, "", message("winter")).statusCode()).isEqualTo(200);
      listed.countDown();

      assertProblem(timed.get(), 409, "being changed or started just now");
    }
    assertThat(READING.status(draft)).isEqualTo("DRAFT");
    assertProblem(patch(draft, "", TIME), 409, "not approved (REJECTED)");
  }

  /** Otherwise everybody's campaigns could use it, for a change that was never made. */
  @Test
  void aChangeThatIsRefusedAllowsNoTemplate() {
    PROVIDER.put("6", "spring PAUSED");
    String draft = draft("6", "spring");

    assertProblem(
        patch(draft, "?acceptStopped=true", TIME.replace("2099", "2020")), 400, "lies in the past");
    assertProblem(
        patch(draft, "?acceptStopped=true", TIME.replace("}", ",\"priority\":101}")),
        400,
        "priority");
    assertProblem(
        patch(draft, "?acceptStopped=true&recipients=5", TIME),
        409,
        "0 recipients by now and not 5");
    assertThat(
            whileRecipientsAreAdded(
                draft,
                () ->
                    List.of(
                        patch(draft, "?acceptStopped=true", TIME),
                        API.post(draft + "/start?acceptStopped=true"),
                        API.post(draft + "/start?acceptStopped=true&recipients=0"))))
        .allSatisfy(answer -> assertProblem(answer, 409, "are being added"));
    assertThat(isStopped("6")).isTrue();

    assertThat(API.post(draft + "/start?acceptStopped=true").statusCode()).isEqualTo(202);
    assertThat(isStopped("6")).isFalse();
  }

  @Test
  void aCampaignThatIsNotCreatedAllowsNoTemplate() {
    PROVIDER.put("8", "spring PAUSED");
    draft("8", "spring");
    String taken = "\"externalId\":\"taken\"," + TIME.substring(1);

    assertThat(create("8", "taken", "", "\"externalId\":\"taken\"}").statusCode()).isEqualTo(201);
    assertProblem(create("8", "other", "?acceptStopped=true", taken), 409, "externalId");
    assertThat(isStopped("8")).isTrue();
  }

  /** The first request does not get as far as that: its row is locked. */
  @Test
  void aCampaignIsCreatedTogetherWithWhatItsTemplateIsAllowed() {
    PROVIDER.put("9", "spring PAUSED");
    draft("9", "spring");
    String timed = TIME.substring(1);
    assertThat(isStopped("9")).isTrue();
    HttpResponse<byte[]> refused =
        CONSOLE.sql(sql ->
            sql.transactionResult(holding -> {
              holding
                  .dsl()
                  .selectFrom(TEMPLATE_STATE)
                  .where(TEMPLATE_STATE.ACCOUNT.eq("9"))
                  .forUpdate()
                  .fetch();
              return create("9", "nine", "?acceptStopped=true", timed);
            }));

    assertProblem(refused, 503, "nothing was created");
    assertThat(create("9", "nine", "?acceptStopped=true", timed).statusCode()).isEqualTo(201);
    assertThat(isStopped("9")).isFalse();
  }

  private static <T> T whileRecipientsAreAdded(String campaign, Supplier<T> work) {
    return CONSOLE.sql(sql ->
        sql.transactionResult(adding -> {
          adding
              .dsl()
              .execute(
                  "SELECT FROM sluice.campaign WHERE id = ?::uuid FOR SHARE",
                  campaign.substring(campaign.lastIndexOf('/') + 1));
          return work.get();
        }));
  }

  /** Two starts look through recipients whose table is locked, so that a third finds no place. */
  @Test
  void wherePeopleCannotBeLookedThroughTheTemplateIsCheckedAllTheSame() throws Exception {
    PROVIDER.put("7", "spring PENDING", "summer APPROVED");
    String refused = lacking("spring");
    String taken = lacking("summer");
    List<String> others = List.of(lacking("summer"), lacking("summer"));
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      CONSOLE.sql(sql ->
          sql.transactionResult(transaction -> {
            transaction.dsl().execute("LOCK TABLE sluice.campaign_recipient");
            others.forEach(id -> people.execute(() -> API.post(id + "/start")));
            await().until(() -> Locks.waiting(transaction.dsl()) == others.size());

            assertProblem(patch(refused, "", TIME), 409, "the template is not approved (PENDING)");
            HttpResponse<byte[]> unchecked = patch(taken, "", TIME);
            assertThat(unchecked.statusCode()).isEqualTo(200);
            return assertThat(body(unchecked).path("unchecked").asBoolean()).isTrue();
          }));
    }
    assertThat(READING.status(refused)).isEqualTo("DRAFT");
  }

  /** What starts is not held up by a provider that does not answer. */
  @Test
  void whereTheListOfTemplatesCannotBeReadTheAnswerSaysSo() {
    PROVIDER.put("8", "spring APPROVED");
    assertThat(untold(patch(draft("8", "spring"), "", TIME))).isTrue();

    PROVIDER.refuse("9");
    String draft = draft("9", "spring");
    assertThat(untold(patch(draft, "?acceptTemplate=true", TIME))).as("accepted").isTrue();
    assertThat(untold(patch(draft, "", "{\"name\":\"y\"}"))).as("of no concern").isTrue();
    assertThat(untold(CONSOLE.send("POST", draft + "/start", "", "")))
        .as("a console that has no access to any list")
        .isTrue();

    assertThat(untold(patch(draft, "", TIME))).isFalse();
    assertThat(untold(API.post(draft + "/start"))).isFalse();
    CONSOLE.sql(
        sql -> sql.execute("UPDATE sluice.campaign SET status = 'PAUSED' WHERE sender_id = '9'"));
    assertThat(untold(API.post(draft + "/resume"))).isFalse();
    assertThat(untold(API.post(draft + "/pause"))).isTrue();
    assertThat(untold(create("9", "accepted", "?acceptTemplate=true", TIME.substring(1)))).isTrue();
    assertThat(untold(create("9", "asked", "", TIME.substring(1)))).isFalse();
  }

  private static boolean untold(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isBetween(200, 299);
    return !body(answer).has("templateUnchecked");
  }

  /** Creates a draft that needs something of its recipients, which its template does not. */
  private static String lacking(String template) {
    String draft = draft("7", template);
    String button =
        """
        ,"components": [{"type": "button", "sub_type": "quick_reply", "index": "0",
          "parameters": [{"type": "payload", "payload": "{{name}}"}]}]\
        """;
    String change = TemplateConsole.message(template, "en", button);
    assertThat(patch(draft, "", change).statusCode()).isEqualTo(200);
    return draft;
  }

  private static boolean isStopped(String account) {
    // Somebody has opened the list.
    assertThat(READING.templates(account, "").statusCode()).isEqualTo(200);
    return READING.isStopped(account);
  }

  /** Creates a draft of a sender that is called like its account. */
  private static String draft(String account, String template) {
    READING.sender(account, ",\"account\":\"%s\"".formatted(account));
    return READING.draft(account, message(template));
  }

  /** Asks for a campaign that has this as well. */
  private static HttpResponse<byte[]> create(String sender, String key, String query, String more) {
    return API.postOnce(
        key,
        "/api/campaigns" + query,
        TemplateConsole.campaign(sender, message("spring").replaceFirst("}$", "," + more)));
  }

  private static String message(String template) {
    return TemplateConsole.message(template, "en", "");
  }

  private static HttpResponse<byte[]> patch(String campaign, String query, String change) {
    return API.patch(campaign + query, change);
  }
}
