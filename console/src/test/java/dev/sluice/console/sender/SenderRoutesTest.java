package dev.sluice.console.sender;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Creating, changing and reading senders. */
class SenderRoutesTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void aSenderHasSensibleDefaults() {
    JsonNode sender = body(CONSOLE.send("GET", "/api/senders/brazil", "", ""));

    assertThat(sender.path("ratePerSecond").asDouble()).isEqualTo(80);
    assertThat(sender.path("lanes").asInt()).isEqualTo(1);
    assertThat(sender.path("provider").asString()).isEqualTo("whatsapp");
  }

  @Test
  void aChangeTakesALimitAwayButKeepsTheAccount() {
    put("changed", "{\"address\":\"1\",\"dailyLimit\":5,\"account\":\"77\"}");
    JsonNode sender = put("changed", "{\"address\":\"2\"}");

    assertThat(sender.path("address").asString()).isEqualTo("2");
    assertThat(sender.path("dailyLimit").isNull()).isTrue();
    assertThat(sender.path("account").asString()).isEqualTo("77");
    assertThat(put("changed", "{\"address\":\"2\",\"account\":\"\"}").path("account").isNull())
        .isTrue();
  }

  @Test
  void aSenderIsFoundByAnyPartOfItsIdHoweverManyThereAre() {
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.sender (id, address)"
                + " SELECT 'crowd-' || n, n FROM generate_series(1000, 1499) AS n"));

    assertThat(ids("")).hasSize(200).doesNotContain("crowd-1499");
    assertThat(ids("?search=D-1499%20")).containsExactly("crowd-1499");
    assertThat(ids("?search=crowd-14&after=crowd-1450")).hasSize(49);
    assertThat(ids("?search=crowd_")).isEmpty();
    assertProblem(
        CONSOLE.send("GET", "/api/senders?search=" + "x".repeat(101), "", ""), 400, "search");
  }

  private static List<String> ids(String query) {
    return body(CONSOLE.send("GET", "/api/senders" + query, "", ""))
        .valueStream()
        .map(sender -> sender.path("id").asString())
        .toList();
  }

  @Test
  void aFrequencyCapIsMessagesAndDays() {
    JsonNode sender = put("capped", "{\"address\":\"1\",\"capMessages\":3,\"capDays\":7}");
    assertThat(sender.path("capMessages").asInt()).isEqualTo(3);
    assertThat(sender.path("capDays").asInt()).isEqualTo(7);
    assertThat(put("capped", "{\"address\":\"1\"}").path("capDays").isNull()).isTrue();

    assertProblem(
        CONSOLE.send(
            "PUT",
            "/api/senders/capped",
            "application/json",
            "{\"address\":\"1\",\"capMessages\":3}"),
        400,
        "capDays");
  }

  private static JsonNode put(String id, String sender) {
    HttpResponse<byte[]> answer =
        CONSOLE.send("PUT", "/api/senders/" + id, "application/json", sender);
    assertThat(answer.statusCode()).isEqualTo(200);
    return body(answer);
  }

  @Test
  void onlyASenderThatExistsIsUnblocked() {
    assertProblem(CONSOLE.send("POST", "/api/senders/nobody/unblock", "", ""), 404, "nobody");
    assertThat(CONSOLE.send("POST", "/api/senders/brazil/unblock", "", "").statusCode())
        .isEqualTo(202);
  }

  /** Each that waited would keep a connection that other changes need. */
  @Test
  void whoChangesASenderThatAnotherProgramHoldsIsTold() {
    HttpResponse<byte[]> answer =
        CONSOLE.sql(sql ->
            sql.transactionResult(holding -> {
              holding.dsl().execute("SELECT FROM sluice.sender WHERE id = 'brazil' FOR UPDATE");
              return CONSOLE.send(
                  "PUT", "/api/senders/brazil", "application/json", "{\"address\":\"1\"}");
            }));

    assertProblem(answer, 409, "by another program");
  }

  @Test
  void aSenderThatIsSavedIsSaidToBeAlsoWhereItsPeopleCannotBeCounted() {
    HttpResponse<byte[]> answer =
        CONSOLE.sql(sql ->
            sql.transactionResult(holding -> {
              holding.dsl().execute("LOCK TABLE sluice.sender_recipient");
              return CONSOLE.send(
                  "PUT",
                  "/api/senders/limited",
                  "application/json",
                  "{\"address\":\"1\",\"dailyLimit\":5}");
            }));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(body(answer).path("dailyLimit").asInt()).isEqualTo(5);
    assertThat(body(answer).path("usedIn24Hours").isNull()).isTrue();
  }
}
