package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static dev.sluice.console.campaign.CampaignCalls.id;
import static dev.sluice.console.campaign.CampaignCalls.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.ConsoleFixture;
import dev.sluice.console.Locks;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Changes of campaigns. */
class CampaignChangeTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final CampaignCalls CAMPAIGNS = new CampaignCalls(CONSOLE);
  private static final String SOON = "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}";
  private static final String GREETING =
      "{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}}";

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void aDraftChangesInWhatIsGivenAndStaysAsItIsInTheRest() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.patch(
        id,
        "{\"priority\":7,\"windowStart\":\"09:00\",\"windowEnd\":\"20:00\",\"externalId\":\"c1\"}");
    JsonNode changed = body(CAMPAIGNS.patch(id, "{\"name\":\"Summer\",\"priority\":null}"));

    assertThat(changed.path("name").asString()).isEqualTo("Summer");
    assertThat(changed.path("priority").asInt()).isEqualTo(1);
    assertThat(changed.path("windowStart").asString()).startsWith("09:00");
    assertThat(changed.path("externalId").asString()).isEqualTo("c1");
    assertThat(changed.path("status").asString()).isEqualTo("DRAFT");
    assertThat(changed.at("/message/text/body").asString()).isEqualTo("Hi");
    assertProblem(
        CAMPAIGNS.patch(CONSOLE.campaign(), "{\"externalId\":\"c1\"}"), 409, "externalId");
  }

  @Test
  void aTimeSchedulesADraftAndNoTimePutsItBack() {
    String id = CONSOLE.campaign();

    assertThat(status(CAMPAIGNS.patch(id, SOON))).isEqualTo("SCHEDULED");
    assertThat(status(CAMPAIGNS.patch(id, "{\"priority\":3}"))).isEqualTo("SCHEDULED");
    assertThat(status(CAMPAIGNS.patch(id, "{\"scheduledAt\":null}"))).isEqualTo("DRAFT");
  }

  @Test
  void aTimeIsSetForAsManyRecipientsAsWereReviewed() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.add(id, "phone\n+5511960000001\n+5511960000002\n");
    HttpResponse<byte[]> refused = CAMPAIGNS.patch(id, "?recipients=1", SOON);

    assertProblem(refused, 409, "2 recipients by now and not 1");
    assertThat(body(refused).path("recipients").asInt()).isEqualTo(2);
    assertThat(status(CAMPAIGNS.get(id))).isEqualTo("DRAFT");
    assertProblem(CAMPAIGNS.patch(id, "?recipients=1.5", SOON), 400, "\"recipients\"");
    assertProblem(CAMPAIGNS.patch(id, "?recipients=", SOON), 400, "\"recipients\"");
    assertThat(status(CAMPAIGNS.patch(id, "?recipients=2", SOON))).isEqualTo("SCHEDULED");
  }

  @Test
  void aTimeIsChangedOnlyIfItIsStillTheOneThatIsKnown() {
    String id = CONSOLE.campaign();
    String other = SOON.replace("01T", "02T");
    String time = "2099-01-01T00:00:00Z";

    assertThat(status(CAMPAIGNS.patch(id, "?ifScheduledAt=none", SOON))).isEqualTo("SCHEDULED");
    HttpResponse<byte[]> refused = CAMPAIGNS.patch(id, "?ifScheduledAt=none", other);
    assertProblem(refused, 409, "set the start time " + time + " in the meantime");
    assertThat(body(refused).path("scheduledAt").asString()).isEqualTo(time);
    assertProblem(
        CAMPAIGNS.patch(id, "?ifScheduledAt=none", "{\"priority\":3}"), 409, "in the meantime");
    assertThat(body(CAMPAIGNS.get(id)).path("scheduledAt").asString()).isEqualTo(time);

    assertThat(status(CAMPAIGNS.patch(id, "?ifScheduledAt=" + time, "{\"scheduledAt\":null}")))
        .isEqualTo("DRAFT");
    assertProblem(CAMPAIGNS.patch(id, "?ifScheduledAt=" + time, other), 409, "removed");
    assertThat(status(CAMPAIGNS.get(id))).isEqualTo("DRAFT");
    assertProblem(CAMPAIGNS.patch(id, "?ifScheduledAt=soon", other), 400, "\"ifScheduledAt\"");
    assertProblem(CAMPAIGNS.patch(id, "?ifScheduledAt=", other), 400, "\"ifScheduledAt\"");
  }

  @Test
  void whatCannotBeIsRefusedAndChangesNothing() {
    String id = CONSOLE.campaign();

    assertProblem(CAMPAIGNS.patch(id, "{\"name\":null}"), 400, "name");
    assertProblem(CAMPAIGNS.patch(id, "{\"nam\":\"x\"}"), 400, "did you mean");
    assertProblem(CAMPAIGNS.patch(id, "{\"sender\":\"nobody\"}"), 400, "no sender");
    assertProblem(CAMPAIGNS.patch(id, "{\"windowStart\":\"09:00\"}"), 400, "windowEnd");
    assertProblem(CAMPAIGNS.patch(id, "{\"scheduledAt\":\"2020-01-01T00:00:00Z\"}"), 400, "past");
    assertProblem(CAMPAIGNS.patch(id, "[]"), 400, "body");
    assertProblem(
        CAMPAIGNS.patch("00000000-0000-4000-8000-000000000000", "{}"), 404, "no campaign");
    assertThat(body(CAMPAIGNS.get(id)).path("name").asString()).isEqualTo("Spring");
    for (String status : List.of("SENDING", "PAUSED", "COMPLETED", "CANCELLED")) {
      CAMPAIGNS.set(id, status);
      assertProblem(CAMPAIGNS.patch(id, "{\"name\":\"x\"}"), 409, status);
    }
  }

  @Test
  void whatStartsByItselfTakesNoMessageWhoseVariablesAreMissing() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.add(id, "phone,first_name\n+5511960000001,Ana\n");
    CAMPAIGNS.patch(id, SOON);

    assertProblem(CAMPAIGNS.patch(id, GREETING), 409, "\"name\" (1)");
    assertThat(CAMPAIGNS.patch(id, "?acceptMissing=true", GREETING).statusCode()).isEqualTo(200);
    CAMPAIGNS.patch(id, "{\"scheduledAt\":null}");
    assertProblem(CAMPAIGNS.patch(id, SOON), 409, "\"name\" (1)");
  }

  /** Such a body does not wait until recipients are counted, and is not held meanwhile. */
  @Test
  void aMessageThatIsTooLargeIsRefusedBeforeItsVariablesAreLookedFor() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.add(id, "phone\n+5511960000001\n");
    CAMPAIGNS.patch(id, SOON);

    assertProblem(
        CAMPAIGNS.patch(id, GREETING.replace("Hi", "x".repeat(66_000))),
        400,
        "\"message\" has at most");
    assertProblem(
        CAMPAIGNS.patch(id, "{\"name\":\"" + "n".repeat(201) + "\"}"), 400, "\"name\" has at most");
  }

  @Test
  void aCampaignKeepsTheFrequencyCapsUnlessItIsToldToIgnoreThem() {
    String id = CONSOLE.campaign();
    assertThat(body(CAMPAIGNS.get(id)).path("ignoreCap").asBoolean(true)).isFalse();

    assertThat(CAMPAIGNS.patch(id, "{\"ignoreCap\":true}").statusCode()).isEqualTo(200);
    assertThat(CAMPAIGNS.patch(id, "{\"name\":\"y\"}").statusCode()).isEqualTo(200);
    assertThat(body(CAMPAIGNS.get(id)).path("ignoreCap").asBoolean()).isTrue();
    assertThat(body(CAMPAIGNS.get(id(CAMPAIGNS.duplicate(id, "")))).path("ignoreCap").asBoolean())
        .isTrue();

    assertThat(CAMPAIGNS.patch(id, "{\"ignoreCap\":null}").statusCode()).isEqualTo(200);
    assertThat(body(CAMPAIGNS.get(id)).path("ignoreCap").asBoolean(true)).isFalse();
  }

  @Test
  void aZoneThatAnotherProgramWroteStaysAndOnlyRegionsAreTakenAnew() {
    String id = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET time_zone = 'GMT-3' WHERE id = ?::uuid", id));

    assertThat(CAMPAIGNS.patch(id, "{\"name\":\"y\"}").statusCode()).isEqualTo(200);
    assertThat(body(CAMPAIGNS.get(id)).path("timeZone").asString()).isEqualTo("GMT-03:00");
    assertProblem(CAMPAIGNS.patch(id, "{\"timeZone\":\"GMT-3\"}"), 400, "Etc/GMT+3");
  }

  @Test
  void whatShouldHaveStartedTakesRecipientsOnlyIfItMayStartNow() {
    String id = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign SET status = 'SCHEDULED', scheduled_at = '2026-01-01T03:00:00Z'"
                + " WHERE id = ?::uuid",
            id));
    String recipients = "/api/campaigns/" + id + "/recipients";
    String file = "phone\n+5511960000001\n";
    HttpResponse<byte[]> refused = CONSOLE.send("POST", recipients, "text/csv", file);

    assertProblem(refused, 409, "acceptLate=true");
    assertThat(body(refused).path("late").asString()).isEqualTo("2026-01-01T03:00:00Z");
    assertThat(body(CAMPAIGNS.get(id)).path("total").asInt()).isZero();
    assertThat(
            body(CONSOLE.send("POST", recipients + "?acceptLate=true", "text/csv", file))
                .path("accepted")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void whatIsDoneIsSaidToBeDoneAlsoWhereTheRecipientsCannotBeCounted() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.add(id, "phone\n+5511960000001\n");

    List<HttpResponse<byte[]>> answers =
        CONSOLE.sql(sql ->
            sql.transactionResult(holding -> {
              holding.dsl().execute("LOCK TABLE sluice.campaign_recipient");
              return List.of(CAMPAIGNS.patch(id, "{\"name\":\"Summer\"}"), CAMPAIGNS.archive(id));
            }));

    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer.statusCode()).isEqualTo(200);
          assertThat(body(answer).path("name").asString()).isEqualTo("Summer");
          assertThat(body(answer).path("total").isNull()).isTrue();
          assertThat(body(answer).path("pending").isNull()).isTrue();
        });
    assertThat(body(CAMPAIGNS.get(id)).path("archivedAt").isNull()).isFalse();
    await()
        .untilAsserted(
            () -> assertThat(body(CAMPAIGNS.patch(id, "{}")).path("total").asInt()).isEqualTo(1));
  }

  /** The table is locked as soon as the change has committed: its answer asks for nothing more. */
  @Test
  void aChangeIsAnsweredByItsOwnTransaction() throws Exception {
    String id = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute(
            """
            CREATE FUNCTION sluice.await_lock() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              WHILE NOT EXISTS (SELECT FROM pg_locks JOIN pg_database AS here ON here.oid = database
                WHERE datname = current_database()
                  AND relation = 'sluice.campaign'::regclass AND NOT granted) LOOP
                PERFORM pg_sleep(0.01);
              END LOOP;
              RETURN NEW;
            END
            $$;
            CREATE TRIGGER await_lock BEFORE UPDATE ON sluice.campaign
              FOR EACH ROW EXECUTE FUNCTION sluice.await_lock()
            """));
    try (ExecutorService person = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Callable<HttpResponse<byte[]>> change :
          List.<Callable<HttpResponse<byte[]>>>of(
              () -> CAMPAIGNS.patch(id, "{\"name\":\"Summer\"}"), () -> CAMPAIGNS.archive(id))) {
        HttpResponse<byte[]> answer =
            CONSOLE.sql(sql ->
                sql.transactionResult(holding -> {
                  var answering = person.submit(change);
                  await().until(() -> Locks.writingCampaigns(holding.dsl()) > 0);
                  holding.dsl().execute("LOCK TABLE sluice.campaign");
                  return answering.get();
                }));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body(answer).path("name").asString("")).isEqualTo("Summer");
      }
    } finally {
      CONSOLE.sql(sql -> sql.execute("DROP FUNCTION sluice.await_lock() CASCADE"));
    }
  }
}
