package dev.sluice.console.sender;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Senders that get another provider or account while campaigns of theirs would go on. */
class MovedSendersTest {
  private static final String HERE = "{\"address\":\"1\",\"account\":\"77\"}";
  private static final String ELSEWHERE = "{\"address\":\"1\",\"account\":\"88\"}";
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCHEDULED", "SENDING", "PAUSED"})
  void whatWouldGoOnElsewhereIsToldUnlessThatIsMeant(String status) {
    String sender = "busy-" + status;
    put(sender, HERE);
    campaigns(sender, status, 1);

    assertProblem(put(sender, ELSEWHERE), 409, "paused, 1: \"Spring 1\". Repeat it");
    assertProblem(put(sender, HERE.replace("\"77\"", "\"\"")), 409, "acceptScheduled=true");
    assertProblem(put(sender, HERE.replace("}", ",\"provider\":\"other\"}")), 409, "Spring 1");
    assertThat(account(sender)).isEqualTo("77");

    assertThat(put(sender + "?acceptScheduled=true", ELSEWHERE).statusCode()).isEqualTo(200);
    assertThat(account(sender)).isEqualTo("88");
  }

  @Test
  void whatChangesNeitherProviderNorAccountIsNeverRefused() {
    put("same", HERE);
    campaigns("same", "SCHEDULED", 1);

    assertThat(put("same", HERE).statusCode()).isEqualTo(200);
    assertThat(put("same", HERE.replace("}", ",\"provider\":\"whatsapp\"}")).statusCode())
        .isEqualTo(200);
    assertThat(put("same", "{\"address\":\"1\",\"ratePerSecond\":5}").statusCode()).isEqualTo(200);
    assertThat(put("same", "{\"address\":\"2\"}").statusCode()).isEqualTo(200);
    assertThat(account("same")).isEqualTo("77");
  }

  @Test
  void draftsAndCampaignsThatHaveEndedAndThoseOfOthersAreNotAffected() {
    put("idle", HERE);
    campaigns("idle", "DRAFT", 1);
    campaigns("idle", "COMPLETED", 1);
    campaigns("idle", "CANCELLED", 1);
    campaigns("brazil", "SCHEDULED", 1);

    assertThat(put("idle", ELSEWHERE).statusCode()).isEqualTo(200);
  }

  @Test
  void anAccountThatWasUnknownIsOnlyNamedUnlessTheAddressIsAnotherOne() {
    put("unknown", "{\"address\":\"1\"}");
    campaigns("unknown", "SCHEDULED", 1);

    assertProblem(put("unknown", HERE.replace("\"1\"", "\"2\"")), 409, "Spring 1");
    assertThat(put("unknown", HERE).statusCode()).isEqualTo(200);
    assertThat(account("unknown")).isEqualTo("77");
  }

  @Test
  void ofManyTheNumberAndTheFirstNamesAreTold() {
    put("many", HERE);
    campaigns("many", "SCHEDULED", 1_000);
    JsonNode all = body(put("many", ELSEWHERE));
    assertThat(all.at("/affectedCampaigns/campaigns").asInt()).isEqualTo(1_000);
    assertThat(all.at("/affectedCampaigns/partial").asBoolean()).isFalse();
    assertThat(all.at("/affectedCampaigns/names").valueStream().map(JsonNode::asString))
        .containsExactly("Spring 1", "Spring 2", "Spring 3", "Spring 4", "Spring 5");

    campaigns("many", "PAUSED", 1);
    JsonNode more = body(put("many", ELSEWHERE));
    assertThat(more.path("detail").asString()).contains("at least 1,000: ", "\", …. Repeat");
    assertThat(more.at("/affectedCampaigns/campaigns").asInt()).isEqualTo(1_000);
    assertThat(more.at("/affectedCampaigns/partial").asBoolean()).isTrue();
  }

  @Test
  void theyAreFoundWithoutThoseThatHaveEnded() {
    String plan =
        CONSOLE.sql(sql ->
            sql.transactionResult(planning -> {
              planning.dsl().execute("SET LOCAL enable_seqscan = off");
              return planning.dsl().explain(AffectedCampaigns.query(planning.dsl(), "many")).plan();
            }));

    assertThat(plan).contains("campaign_to_send");
  }

  private static HttpResponse<byte[]> put(String sender, String body) {
    return CONSOLE.send("PUT", "/api/senders/" + sender, "application/json", body);
  }

  private static String account(String sender) {
    return body(CONSOLE.send("GET", "/api/senders/" + sender, "", "")).path("account").asString();
  }

  private static void campaigns(String sender, String status, int count) {
    CONSOLE.sql(sql ->
        sql.execute(
            "INSERT INTO sluice.campaign (name, sender_id, message, status, scheduled_at)"
                + " SELECT 'Spring ' || n, ?, '{}', ?, timestamptz '2099-01-01' + n * interval '1 s'"
                + " FROM generate_series(1, ?) AS n",
            sender,
            status,
            count));
  }
}
