package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.ConsoleFixture;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Changing, duplicating and archiving campaigns. */
class CampaignChangeTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
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
    patch(
        id,
        "{\"priority\":7,\"windowStart\":\"09:00\",\"windowEnd\":\"20:00\",\"externalId\":\"c1\"}");
    JsonNode changed = body(patch(id, "{\"name\":\"Summer\",\"priority\":null}"));

    assertThat(changed.path("name").asString()).isEqualTo("Summer");
    assertThat(changed.path("priority").asInt()).isEqualTo(1);
    assertThat(changed.path("windowStart").asString()).startsWith("09:00");
    assertThat(changed.path("externalId").asString()).isEqualTo("c1");
    assertThat(changed.path("status").asString()).isEqualTo("DRAFT");
    assertThat(changed.at("/message/text/body").asString()).isEqualTo("Hi");
    assertProblem(patch(CONSOLE.campaign(), "{\"externalId\":\"c1\"}"), 409, "externalId");
  }

  @Test
  void aTimeSchedulesADraftAndNoTimePutsItBack() {
    String id = CONSOLE.campaign();

    assertThat(status(patch(id, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}")))
        .isEqualTo("SCHEDULED");
    assertThat(status(patch(id, "{\"priority\":3}"))).isEqualTo("SCHEDULED");
    assertThat(status(patch(id, "{\"scheduledAt\":null}"))).isEqualTo("DRAFT");
  }

  @Test
  void aTimeIsSetForAsManyRecipientsAsWereReviewed() {
    String id = CONSOLE.campaign();
    add(id, "phone\n+5511960000001\n+5511960000002\n");
    HttpResponse<byte[]> refused = patch(id, "?recipients=1", SOON);

    assertProblem(refused, 409, "2 recipients by now and not 1");
    assertThat(body(refused).path("recipients").asInt()).isEqualTo(2);
    assertThat(status(get(id))).isEqualTo("DRAFT");
    assertProblem(patch(id, "?recipients=1.5", SOON), 400, "\"recipients\"");
    assertProblem(patch(id, "?recipients=", SOON), 400, "\"recipients\"");
    assertThat(status(patch(id, "?recipients=2", SOON))).isEqualTo("SCHEDULED");
  }

  @Test
  void aTimeIsChangedOnlyIfItIsStillTheOneThatIsKnown() {
    String id = CONSOLE.campaign();
    String other = SOON.replace("01T", "02T");
    String time = "2099-01-01T00:00:00Z";

    assertThat(status(patch(id, "?ifScheduledAt=none", SOON))).isEqualTo("SCHEDULED");
    HttpResponse<byte[]> refused = patch(id, "?ifScheduledAt=none", other);
    assertProblem(refused, 409, "set the start time " + time + " meanwhile");
    assertThat(body(refused).path("scheduledAt").asString()).isEqualTo(time);
    assertProblem(patch(id, "?ifScheduledAt=none", "{\"priority\":3}"), 409, "meanwhile");
    assertThat(body(get(id)).path("scheduledAt").asString()).isEqualTo(time);

    assertThat(status(patch(id, "?ifScheduledAt=" + time, "{\"scheduledAt\":null}")))
        .isEqualTo("DRAFT");
    assertProblem(patch(id, "?ifScheduledAt=" + time, other), 409, "taken");
    assertThat(status(get(id))).isEqualTo("DRAFT");
    assertProblem(patch(id, "?ifScheduledAt=soon", other), 400, "\"ifScheduledAt\"");
    assertProblem(patch(id, "?ifScheduledAt=", other), 400, "\"ifScheduledAt\"");
  }

  @Test
  void whatCannotBeIsRefusedAndChangesNothing() {
    String id = CONSOLE.campaign();

    assertProblem(patch(id, "{\"name\":null}"), 400, "name");
    assertProblem(patch(id, "{\"nam\":\"x\"}"), 400, "did you mean");
    assertProblem(patch(id, "{\"sender\":\"nobody\"}"), 400, "no sender");
    assertProblem(patch(id, "{\"windowStart\":\"09:00\"}"), 400, "windowEnd");
    assertProblem(patch(id, "{\"scheduledAt\":\"2020-01-01T00:00:00Z\"}"), 400, "past");
    assertProblem(patch(id, "[]"), 400, "body");
    assertProblem(patch("00000000-0000-4000-8000-000000000000", "{}"), 404, "no campaign");
    assertThat(body(get(id)).path("name").asString()).isEqualTo("Spring");
    for (String status : List.of("SENDING", "PAUSED", "COMPLETED", "CANCELLED")) {
      set(id, status);
      assertProblem(patch(id, "{\"name\":\"x\"}"), 409, status);
    }
  }

  @Test
  void whatStartsByItselfTakesNoMessageWhoseVariablesAreMissing() {
    String id = CONSOLE.campaign();
    add(id, "phone,first_name\n+5511960000001,Ana\n");
    patch(id, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}");

    assertProblem(patch(id, GREETING), 409, "\"name\" (1)");
    assertThat(
            CONSOLE
                .send(
                    "PATCH",
                    "/api/campaigns/" + id + "?acceptMissing=true",
                    "application/json",
                    GREETING)
                .statusCode())
        .isEqualTo(200);
    patch(id, "{\"scheduledAt\":null}");
    assertProblem(patch(id, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}"), 409, "\"name\" (1)");
  }

  /** Such a body does not wait until recipients are counted, and is not held meanwhile. */
  @Test
  void aMessageThatIsTooLargeIsRefusedBeforeItsVariablesAreLookedFor() {
    String id = CONSOLE.campaign();
    add(id, "phone\n+5511960000001\n");
    patch(id, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}");

    assertProblem(
        patch(id, GREETING.replace("Hi", "x".repeat(66_000))), 400, "\"message\" has at most");
    assertProblem(patch(id, "{\"name\":\"" + "n".repeat(201) + "\"}"), 400, "\"name\" has at most");
  }

  /** Otherwise a copy would be sent to everybody at once. */
  @Test
  void aCopyKeepsTheLocalTimeAndThePeoplesTimeZones() {
    String id = CONSOLE.campaign();
    add(id, "phone,name\n+5511960000001,Ana\n");
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET local_time = '09:00' WHERE id = ?::uuid", id));
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET time_zone = 'Asia/Tokyo'"
                + " WHERE campaign_id = ?::uuid",
            id));
    String copy = id(duplicate(id, "?recipients=all"));

    assertThat(
            CONSOLE
                .sql(sql ->
                    sql.fetchSingle(
                        "SELECT local_time::text, time_zone FROM (SELECT id, local_time FROM"
                            + " sluice.campaign) AS campaign JOIN sluice.campaign_recipient"
                            + " ON campaign_id = campaign.id WHERE campaign.id = ?::uuid",
                        copy))
                .intoArray())
        .containsExactly("09:00:00", "Asia/Tokyo");
  }

  @Test
  void aCopyTakesOverWhoIsWantedByOutcome() {
    String id = CONSOLE.campaign();
    add(
        id,
        "phone,name,external_id\n+5511960000001,Ana,a\n+5511960000002,Bia,b\n+5511960000003,Caio,c\n");
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET status = 'READ'"
                + " WHERE campaign_id = ?::uuid AND phone LIKE '%2'",
            id));
    set(id, "COMPLETED");

    HttpResponse<byte[]> copy = duplicate(id, "?recipients=not-read");
    JsonNode made = body(get(body(copy).path("id").asString()));

    assertThat(copy.statusCode()).isEqualTo(201);
    assertThat(copy.headers().firstValue("Location")).contains("/api/campaigns/" + id(copy));
    assertThat(body(copy).path("recipients").asInt()).isEqualTo(2);
    assertThat(made.path("name").asString()).isEqualTo("Spring (copy)");
    assertThat(made.path("status").asString()).isEqualTo("DRAFT");
    assertThat(made.path("total").asInt()).isEqualTo(2);
    assertThat(
            body(CONSOLE.send("GET", "/api/campaigns/" + id(copy) + "/recipients", "", ""))
                .path("recipients")
                .values()
                .stream()
                .map(row ->
                    row.path("externalId").asString() + row.at("/variables/name").asString()))
        .containsExactly("aAna", "cCaio");
    assertThat(body(duplicate(id, "")).path("recipients").asInt(-1)).isZero();
    assertThat(body(duplicate(id, "?recipients=all")).path("recipients").asInt()).isEqualTo(3);
    assertProblem(duplicate(id, "?recipients=lost"), 400, "UNCONFIRMED");
  }

  @Test
  void aCampaignKeepsTheFrequencyCapsUnlessItIsToldToIgnoreThem() {
    String id = CONSOLE.campaign();
    assertThat(body(get(id)).path("ignoreCap").asBoolean(true)).isFalse();

    assertThat(patch(id, "{\"ignoreCap\":true}").statusCode()).isEqualTo(200);
    assertThat(patch(id, "{\"name\":\"y\"}").statusCode()).isEqualTo(200);
    assertThat(body(get(id)).path("ignoreCap").asBoolean()).isTrue();
    assertThat(body(get(id(duplicate(id, "")))).path("ignoreCap").asBoolean()).isTrue();

    assertThat(patch(id, "{\"ignoreCap\":null}").statusCode()).isEqualTo(200);
    assertThat(body(get(id)).path("ignoreCap").asBoolean(true)).isFalse();
  }

  @Test
  void aZoneThatAnotherProgramWroteStaysAndOnlyRegionsAreTakenAnew() {
    String id = CONSOLE.campaign();
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET time_zone = 'GMT-3' WHERE id = ?::uuid", id));

    assertThat(patch(id, "{\"name\":\"y\"}").statusCode()).isEqualTo(200);
    assertThat(body(get(id)).path("timeZone").asString()).isEqualTo("GMT-03:00");
    assertProblem(patch(id, "{\"timeZone\":\"GMT-3\"}"), 400, "Etc/GMT+3");
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
    assertThat(body(get(id)).path("total").asInt()).isZero();
    assertThat(
            body(CONSOLE.send("POST", recipients + "?acceptLate=true", "text/csv", file))
                .path("accepted")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void aCopyThatIsAskedForTwiceWithTheSameKeyIsMadeOnce() {
    String id = CONSOLE.campaign();
    add(id, "phone\n+5511960000001\n+5511960000002\n");

    HttpResponse<byte[]> first = duplicate(id, "?recipients=all", "copy-1");
    HttpResponse<byte[]> second = duplicate(id, "?recipients=all", "copy-1");

    assertThat(second.statusCode()).isEqualTo(201);
    assertThat(body(second)).isEqualTo(body(first));
    assertThat(body(second).path("recipients").asInt()).isEqualTo(2);
    assertThat(id(duplicate(id, "?recipients=all", "copy-2"))).isNotEqualTo(id(first));
    assertProblem(duplicate(id, "", "copy-1"), 422, "Idempotency-Key");
  }

  @Test
  void whatIsArchivedIsOutOfSightAndThere() {
    String id = CONSOLE.campaign();

    assertThat(body(archive(id)).path("archivedAt").isMissingNode()).isFalse();
    assertThat(archive(id).statusCode()).isEqualTo(200);
    assertProblem(
        CONSOLE.send(
            "POST", "/api/campaigns/" + id + "/recipients", "text/csv", "phone\n+5511960000001\n"),
        409,
        "archived");
    assertThat(listed("")).doesNotContain(id);
    assertThat(listed("?archived=true")).contains(id);
    assertThat(body(get(id)).path("name").asString()).isEqualTo("Spring");
    set(id, "SENDING");
    assertThat(listed("")).contains(id);
    assertProblem(archive(id), 409, "SENDING");
    set(id, "CANCELLED");
    assertThat(listed("")).doesNotContain(id);
    set(id, "DRAFT");
    patch(id, "{}");
    assertThat(listed("")).contains(id);
  }

  @Test
  void theListIsSearchedByNameAndState() {
    String id = CONSOLE.campaign();
    patch(id, "{\"name\":\"50% off_\"}");
    String sending = CONSOLE.campaign();
    set(sending, "SENDING");

    assertThat(listed("?search=0%25%20OFF")).containsExactly(id);
    assertThat(listed("?search=0_o")).isEmpty();
    assertThat(listed("?status=sending")).contains(sending).doesNotContain(id);
    assertThat(listed("?status=DRAFT&search=off&after=" + sending)).containsExactly(id);
    archive(id);
    assertThat(listed("?search=off_")).isEmpty();
    assertThat(listed("?search=off_&archived=true")).containsExactly(id);
    assertProblem(CONSOLE.send("GET", "/api/campaigns?status=LOST", "", ""), 400, "SENDING");
  }

  @Test
  void theListIsSearchedBySenderAndTime() {
    String id = CONSOLE.campaign();
    JsonNode one = body(get(id));
    String sender = one.path("senderId").asString();
    String created = one.path("createdAt").asString();
    String later = Instant.parse(created).plusMillis(1).toString();

    assertThat(listed("?senderId=" + sender)).contains(id);
    assertThat(listed("?senderId=nobody")).isEmpty();
    assertThat(listed("?createdFrom=" + created + "&createdUntil=" + later)).contains(id);
    assertThat(listed("?createdFrom=" + later)).doesNotContain(id);
    assertThat(listed("?createdUntil=" + created)).doesNotContain(id);
    assertProblem(
        CONSOLE.send("GET", "/api/campaigns?createdFrom=May", "", ""), 400, "\"createdFrom\"");
  }

  @Test
  void whatIsDoneIsSaidToBeDoneAlsoWhereTheRecipientsCannotBeCounted() {
    String id = CONSOLE.campaign();
    add(id, "phone\n+5511960000001\n");

    List<HttpResponse<byte[]>> answers =
        CONSOLE.sql(sql ->
            sql.transactionResult(holding -> {
              holding.dsl().execute("LOCK TABLE sluice.campaign_recipient");
              return List.of(patch(id, "{\"name\":\"Summer\"}"), archive(id));
            }));

    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer.statusCode()).isEqualTo(200);
          assertThat(body(answer).path("name").asString()).isEqualTo("Summer");
          assertThat(body(answer).path("total").isNull()).isTrue();
          assertThat(body(answer).path("pending").isNull()).isTrue();
        });
    assertThat(body(get(id)).path("archivedAt").isNull()).isFalse();
    await()
        .untilAsserted(() -> assertThat(body(patch(id, "{}")).path("total").asInt()).isEqualTo(1));
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
              () -> patch(id, "{\"name\":\"Summer\"}"), () -> archive(id))) {
        HttpResponse<byte[]> answer =
            CONSOLE.sql(sql ->
                sql.transactionResult(holding -> {
                  var answering = person.submit(change);
                  await().until(() -> isCampaignBeingWritten(holding.dsl()));
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

  private static boolean isCampaignBeingWritten(DSLContext sql) {
    return sql.fetchSingle(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                + " WHERE datname = current_database()"
                + " AND relation = 'sluice.campaign'::regclass AND mode = 'RowExclusiveLock')")
        .get(0, boolean.class);
  }

  @Test
  void aListCostsAsManyStatementsHoweverManyCampaignsItHas() {
    CONSOLE.campaign();
    double few = statements();
    for (int i = 0; i < 5; i++) {
      add(CONSOLE.campaign(), "phone\n+5511960000001\n");
    }

    assertThat(statements()).isEqualTo(few);
  }

  /**
   * Returns the statements that a list takes: the fewest of three, as the console runs some of its
   * own now and then.
   */
  private static double statements() {
    return IntStream.range(0, 3)
        .mapToDouble(time -> {
          double before = CONSOLE.statements();
          listed("");
          return CONSOLE.statements() - before;
        })
        .min()
        .orElseThrow();
  }

  private static List<String> listed(String query) {
    return body(CONSOLE.send("GET", "/api/campaigns" + query, "", "")).values().stream()
        .map(row -> row.path("id").asString())
        .toList();
  }

  private static String id(HttpResponse<byte[]> created) {
    return body(created).path("id").asString();
  }

  private static String status(HttpResponse<byte[]> answer) {
    return body(answer).path("status").asString();
  }

  private static void set(String id, String status) {
    CONSOLE.sql(
        sql -> sql.execute("UPDATE sluice.campaign SET status = ? WHERE id = ?::uuid", status, id));
  }

  private static void add(String id, String csv) {
    CONSOLE.send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv);
  }

  private static HttpResponse<byte[]> get(String id) {
    return CONSOLE.send("GET", "/api/campaigns/" + id, "", "");
  }

  private static HttpResponse<byte[]> patch(String id, String change) {
    return CONSOLE.send("PATCH", "/api/campaigns/" + id, "application/json", change);
  }

  private static HttpResponse<byte[]> patch(String id, String query, String change) {
    return CONSOLE.send("PATCH", "/api/campaigns/" + id + query, "application/json", change);
  }

  private static HttpResponse<byte[]> duplicate(String id, String query) {
    return CONSOLE.send("POST", "/api/campaigns/" + id + "/duplicate" + query, "", "");
  }

  private static HttpResponse<byte[]> duplicate(String id, String query, String key) {
    String url = "http://localhost:" + CONSOLE.port() + "/api/campaigns/" + id + "/duplicate";
    return CONSOLE.send(
        HttpRequest.newBuilder(URI.create(url + query))
            .header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private static HttpResponse<byte[]> archive(String id) {
    return CONSOLE.send("POST", "/api/campaigns/" + id + "/archive", "", "");
  }
}
