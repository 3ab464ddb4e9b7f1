package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static dev.sluice.console.campaign.CampaignCalls.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Copies of campaigns and of their recipients. */
class CampaignCopiesTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final CampaignCalls CAMPAIGNS = new CampaignCalls(CONSOLE);

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  /** Otherwise a copy would be sent to everybody at once. */
  @Test
  void aCopyKeepsTheLocalTimeAndThePeoplesTimeZones() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.add(id, "phone,name\n+5511960000001,Ana\n");
    CONSOLE.sql(sql ->
        sql.execute("UPDATE sluice.campaign SET local_time = '09:00' WHERE id = ?::uuid", id));
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET time_zone = 'Asia/Tokyo'"
                + " WHERE campaign_id = ?::uuid",
            id));
    String copy = id(CAMPAIGNS.duplicate(id, "?recipients=all"));

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
    CAMPAIGNS.add(
        id,
        "phone,name,external_id\n+5511960000001,Ana,a\n+5511960000002,Bia,b\n+5511960000003,Caio,c\n");
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET status = 'READ'"
                + " WHERE campaign_id = ?::uuid AND phone LIKE '%2'",
            id));
    CAMPAIGNS.set(id, "COMPLETED");

    HttpResponse<byte[]> copy = CAMPAIGNS.duplicate(id, "?recipients=not-read");
    JsonNode made = body(CAMPAIGNS.get(body(copy).path("id").asString()));

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
    assertThat(body(CAMPAIGNS.duplicate(id, "")).path("recipients").asInt(-1)).isZero();
    assertThat(body(CAMPAIGNS.duplicate(id, "?recipients=all")).path("recipients").asInt())
        .isEqualTo(3);
    assertProblem(CAMPAIGNS.duplicate(id, "?recipients=lost"), 400, "UNCONFIRMED");
  }

  @Test
  void aCopyThatIsAskedForTwiceWithTheSameKeyIsMadeOnce() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.add(id, "phone\n+5511960000001\n+5511960000002\n");

    HttpResponse<byte[]> first = CAMPAIGNS.duplicate(id, "?recipients=all", "copy-1");
    HttpResponse<byte[]> second = CAMPAIGNS.duplicate(id, "?recipients=all", "copy-1");

    assertThat(second.statusCode()).isEqualTo(201);
    assertThat(body(second)).isEqualTo(body(first));
    assertThat(body(second).path("recipients").asInt()).isEqualTo(2);
    assertThat(id(CAMPAIGNS.duplicate(id, "?recipients=all", "copy-2"))).isNotEqualTo(id(first));
    assertProblem(CAMPAIGNS.duplicate(id, "", "copy-1"), 422, "Idempotency-Key");
  }
}
