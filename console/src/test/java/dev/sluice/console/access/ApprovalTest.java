package dev.sluice.console.access;

import static dev.sluice.console.access.UsersFixture.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleFixture;
import dev.sluice.console.Locks;
import dev.sluice.console.Users;
import dev.sluice.console.access.Visitor.Answer;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.CampaignCommand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who writes a campaign does not start it. */
class ApprovalTest {
  private static final String DRAFT =
      "{\"name\":\"Spring\",\"sender\":\"brazil\","
          + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}";
  private static final String TIME = "{\"scheduledAt\":\"2090-03-01T09:00:00Z\"}";
  private static final String NO_TIME = "{\"scheduledAt\":null}";
  private static final String OTHER_MESSAGE =
      "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Another\"}}}";
  private static final String PEOPLE = "phone\n+5511960000001\n";

  @TempDir private static Path folder;
  private static UsersFixture users;
  private static Console console;
  private static Visitor service;
  private static Visitor mia;
  private static Visitor max;
  private static Visitor ada;
  private static Visitor abe;

  @BeforeAll
  static void start() throws IOException {
    users = new UsersFixture(folder);
    console = users.console(Users.of(users.file()).withApproval());
    service = UsersFixture.service(console);
    mia = Visitor.of(console).as("mia", PASSWORD);
    max = Visitor.of(console).as("max", PASSWORD);
    ada = Visitor.of(console).as("ada", PASSWORD);
    abe = Visitor.of(console).as("abe", PASSWORD);
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @Test
  void onlyTheRightToApproveStarts() {
    String campaign = createdBy(mia);

    assertThat(max.post(campaign + "/start").detail())
        .isEqualTo("Starting a campaign needs the right to approve, which max does not have.");
    assertThat(max.post(campaign + "/start").status()).isEqualTo(403);
    assertThat(abe.post(campaign + "/start").status()).isEqualTo(202);
    assertThat(abe.get(campaign).json().path("approvedBy").asString()).isEqualTo("abe");
  }

  @Test
  void whoeverWroteAnyPartOfItDoesNotStartIt() {
    String created = createdBy(ada);
    String changed = createdBy(mia);
    assertThat(ada.send("PATCH", changed, OTHER_MESSAGE).status()).isEqualTo(200);
    String filled = createdBy(mia);
    assertThat(ada.send("POST", filled + "/recipients", PEOPLE).status()).isEqualTo(200);
    String copied =
        "/api/campaigns/" + ada.post(createdBy(mia) + "/duplicate").json().path("id").asString();

    for (String own : new String[] {created, changed, filled, copied}) {
      Answer answer = ada.post(own + "/start");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.detail())
          .isEqualTo("ada wrote at least part of this campaign, so someone else must start it.");
      assertThat(ada.send("PATCH", own, TIME).status()).isEqualTo(403);
      assertThat(abe.post(own + "/start").status()).isEqualTo(202);
    }
    assertThat(abe.get(changed).json().path("authors").toString()).isEqualTo("[\"mia\",\"ada\"]");
  }

  @Test
  void aStartTimeIsAStart() {
    assertThat(
            mia.send(
                    "POST",
                    "/api/campaigns",
                    DRAFT.replace("{\"name\"", TIME.replace("}", ",\"name\"")))
                .detail())
        .contains("starts by itself");
    String campaign = createdBy(mia);
    assertThat(mia.send("PATCH", campaign, TIME).status()).isEqualTo(403);
    assertThat(max.send("PATCH", campaign, TIME).detail()).contains("right to approve");

    assertThat(ada.send("PATCH", campaign, TIME).status()).isEqualTo(200);

    assertThat(mia.get(campaign).json().path("approvedBy").asString()).isEqualTo("ada");
  }

  @Test
  void whatIsApprovedStaysAsItIsUntilItsTimeIsTakenAway() {
    String campaign = createdBy(mia);
    ada.send("PATCH", campaign, TIME);

    for (Visitor anybody : new Visitor[] {mia, max, ada}) {
      assertThat(anybody.send("PATCH", campaign, OTHER_MESSAGE).detail())
          .contains("approved as it is");
      assertThat(anybody.send("POST", campaign + "/recipients", PEOPLE).status()).isEqualTo(403);
    }
    // For those alone who may start it, too.
    assertThat(mia.send("PATCH", campaign, NO_TIME).status()).isEqualTo(403);
    assertThat(max.send("PATCH", campaign, NO_TIME).status()).isEqualTo(403);
    assertThat(ada.send("PATCH", campaign, NO_TIME).status()).isEqualTo(200);
    assertThat(mia.get(campaign).json().path("approvedBy").isNull()).isTrue();
    assertThat(mia.send("PATCH", campaign, OTHER_MESSAGE).status()).isEqualTo(200);
    assertThat(mia.send("PATCH", campaign, TIME).status()).isEqualTo(403);
  }

  /** The producer may take its time, such as while Kafka is away. */
  @Test
  void aStartThatIsOnItsWayIsNotForAnotherMessage() {
    String campaign = createdBy(mia);
    assertThat(abe.post(campaign + "/start").status()).isEqualTo(202);
    assertThat(commandOf(campaign).approvedBy()).isEqualTo("abe");

    assertThat(mia.send("PATCH", campaign, OTHER_MESSAGE).status()).isEqualTo(403);
    assertThat(mia.send("POST", campaign + "/recipients", PEOPLE).status()).isEqualTo(403);
    assertThat(mia.send("PATCH", campaign, NO_TIME).status()).isEqualTo(403);
    assertThat(ada.send("PATCH", campaign, NO_TIME).status()).isEqualTo(200);
    assertThat(mia.send("PATCH", campaign, OTHER_MESSAGE).status()).isEqualTo(200);
  }

  @Test
  void servicesNeedNoApproval() {
    String campaign = createdBy(service);
    assertThat(service.get(campaign).json().path("authors").isEmpty()).isTrue();
    assertThat(service.send("PATCH", campaign, TIME).status()).isEqualTo(200);
    assertThat(service.send("PATCH", campaign, OTHER_MESSAGE).status()).isEqualTo(200);
    assertThat(service.send("POST", campaign + "/recipients", PEOPLE).status()).isEqualTo(200);
    assertThat(service.post(campaign + "/start").status()).isEqualTo(202);
    assertThat(commandOf(campaign).approvedBy()).isNull();
  }

  @Test
  void aCopyHasTheAuthorsOfTheOriginal() {
    Answer copied = max.post(createdBy(ada) + "/duplicate");
    String copy = "/api/campaigns/" + copied.json().path("id").asString();

    assertThat(ada.post(copy + "/start").detail())
        .contains("ada wrote at least part of this campaign");
    assertThat(max.get(copy).json().path("authors").toString()).isEqualTo("[\"ada\",\"max\"]");
    assertThat(abe.post(copy + "/start").status()).isEqualTo(202);
  }

  /** Its time alone starts nothing, so giving it the same one is the start. */
  @Test
  void schedulingADraftThatAnotherProgramGaveATimeIsAStart() {
    String campaign = "/api/campaigns/" + inserted(", scheduled_at", ", '2090-03-01T09:00:00Z'");
    assertThat(mia.send("PATCH", campaign, OTHER_MESSAGE).status()).isEqualTo(200);

    assertThat(mia.send("PATCH", campaign, TIME).status()).isEqualTo(403);
    assertThat(mia.get(campaign).json().path("status").asString()).isEqualTo("DRAFT");
    assertThat(ada.send("PATCH", campaign, TIME).status()).isEqualTo(200);
    assertThat(ada.get(campaign).json().path("status").asString()).isEqualTo("SCHEDULED");
    assertThat(ada.get(campaign).json().path("approvedBy").asString()).isEqualTo("ada");
  }

  @Test
  void aCampaignThatAnotherProgramInsertedIsAnybodysToApprove() {
    String campaign = "/api/campaigns/" + inserted("", "");

    assertThat(mia.post(campaign + "/start").status()).isEqualTo(403);
    assertThat(ada.post(campaign + "/start").status()).isEqualTo(202);
  }

  /** They write to the campaign's row, which another program may hold. */
  @Test
  void startsThatWaitForTheirApprovalHoldUpNoPause() {
    String sending = createdBy(mia);
    // As many as there are connections for commands.
    List<String> drafts = List.of(createdBy(mia), createdBy(mia));
    try (Database owner =
            new Database(users.environment().owner(), 1, "test", new SimpleMeterRegistry());
        ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      DSLContext sql = owner.sql();
      sql.execute("UPDATE sluice.campaign SET status = 'SENDING' WHERE id = ?::uuid", id(sending));
      sql.execute(
          """
          CREATE FUNCTION sluice.await_leave() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            WHILE EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 20) LOOP
              PERFORM pg_sleep(0.01);
            END LOOP;
            RETURN NEW;
          END
          $$;
          CREATE TRIGGER await_leave BEFORE UPDATE ON sluice.campaign
            FOR EACH ROW EXECUTE FUNCTION sluice.await_leave()
          """);
      List<Future<Answer>> starts =
          sql.transactionResult(holding -> {
            holding.dsl().execute("SELECT pg_advisory_xact_lock(20)");
            List<Future<Answer>> begun =
                drafts.stream()
                    .map(draft -> people.submit(() -> abe.post(draft + "/start")))
                    .toList();
            await().until(() -> Locks.writingCampaigns(holding.dsl()) == drafts.size());
            assertThat(service.post(sending + "/pause").status()).isEqualTo(202);
            return begun;
          });

      assertThat(starts).extracting(start -> start.get().status()).containsOnly(202);
      sql.execute("DROP FUNCTION sluice.await_leave() CASCADE");
    }
  }

  /** Otherwise everybody's campaigns could use it. */
  @Test
  void whoMayNotStartItAllowsNoStoppedTemplate() {
    Answer created =
        ada.send(
            "POST",
            "/api/campaigns",
            "{\"name\":\"x\",\"sender\":\"brazil\",\"message\":{\"type\":\"template\","
                + "\"template\":{\"name\":\"t\",\"language\":{\"code\":\"de\"}}}}");
    String campaign = "/api/campaigns/" + created.json().path("id").asString();
    try (Database owner =
        new Database(users.environment().owner(), 1, "test", new SimpleMeterRegistry())) {
      DSLContext sql = owner.sql();
      sql.execute(
          "INSERT INTO sluice.template_state (name, language, account, stopped, at)"
              + " VALUES ('t', 'de', '', 'the provider has paused it', now() - interval '1 hour')");

      for (Visitor one : List.of(ada, max)) {
        assertThat(one.post(campaign + "/start?acceptStopped=true").status()).isEqualTo(403);
        assertThat(one.send("PATCH", campaign + "?acceptStopped=true", TIME).status())
            .isEqualTo(403);
        assertThat(one.get(campaign).json().path("status").asString()).isEqualTo("DRAFT");
        assertThat(stopped(sql)).isEqualTo(1);
      }
      assertThat(abe.post(campaign + "/start").detail()).contains("the provider has paused it");
      assertThat(abe.post(campaign + "/start?acceptStopped=true").status()).isEqualTo(202);
      assertThat(stopped(sql)).isZero();
    }
  }

  private static int stopped(DSLContext sql) {
    return sql.fetchSingle(
            "SELECT count(*) FROM sluice.template_state WHERE name = 't' AND stopped IS NOT NULL")
        .get(0, int.class);
  }

  private static String id(String path) {
    return path.substring("/api/campaigns/".length());
  }

  /** Returns the id of a campaign that another program inserted. */
  private static String inserted(String columns, String values) {
    try (Database database =
        new Database(users.environment().database(), 1, "test", new SimpleMeterRegistry())) {
      return database
          .sql()
          .fetchOne(
              "INSERT INTO sluice.campaign (name, sender_id, message"
                  + columns
                  + ") VALUES ('x', 'brazil', '{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}'"
                  + values
                  + ") RETURNING id")
          .get(0)
          .toString();
    }
  }

  private static CampaignCommand commandOf(String campaign) {
    return ConsoleFixture.commandOf(users.environment(), id(campaign));
  }

  private static String createdBy(Visitor author) {
    Answer answer = author.send("POST", "/api/campaigns", DRAFT);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return "/api/campaigns/" + answer.json().path("id").asString();
  }
}
