package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Campaigns that are sent at a time of day where each recipient is. */
class LocalTimeTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void aCampaignKeepsAndShowsItsLocalTime() {
    String id = atNine();

    assertThat(campaign(id).path("localTime").asString()).startsWith("09:00");
    assertThat(body(change(id, "\"10:30\"")).path("localTime").asString()).startsWith("10:30");
    assertThat(body(change(id, "null")).path("localTime").isNull()).isTrue();
    assertThat(campaign(CONSOLE.campaign()).path("localTime").isNull()).isTrue();
    assertProblem(change(id, "\"25:00\""), 400, "\"localTime\" must be a time of day");
  }

  @Test
  void peopleHaveTheZoneInTheFileOrElseThatOfTheirNumber() {
    String id = atNine();
    JsonNode report =
        body(
            add(
                id,
                "text/csv",
                "phone,time_zone\n+5511960000001,Asia/Tokyo\n+5511960000002, \n+80012345678,\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(3);
    assertThat(zones(id)).containsExactly("Asia/Tokyo", "America/Sao_Paulo", "none");
    assertThat(body(CONSOLE.send("GET", path(id), "", "")).at("/recipients/0/variables")).isEmpty();
  }

  /** These take another way into the table. */
  @Test
  void peopleOfAFileWithDuplicatesKeepTheirZones() {
    String id = atNine();
    add(id, "text/csv", "phone,timeZone\n+4915112345678,\n+4915112345678,\n+5511960000001,UTC\n");

    assertThat(zones(id)).containsExactly("Europe/Berlin", "UTC");
  }

  @Test
  void anUnknownZoneIsABadRow() {
    String id = atNine();
    JsonNode csv =
        body(
            add(
                id,
                "text/csv",
                """
                phone,time_zone
                +5511960000001,Mars/Olympus
                +5511960000002,GMT-3
                +5511960000003,Europe/Berlin
                """));
    JsonNode json =
        body(
            add(
                id,
                "application/json",
                "[{\"phone\":\"+5511960000004\",\"timeZone\":\"Brazil\"},"
                    + "{\"phone\":\"+5511960000005\",\"timeZone\":\"Asia/Tokyo\"}]"));

    assertThat(csv.path("rejectedCount").asInt()).isEqualTo(2);
    assertThat(csv.path("rejected").values())
        .extracting(row -> row.path("reason").asString())
        .containsOnly("no such time zone; write it like America/Sao_Paulo");
    assertThat(json.path("rejectedCount").asInt()).isEqualTo(1);
    assertThat(zones(id)).containsExactly("Europe/Berlin", "Asia/Tokyo");
  }

  /** Files that could be imported before there were local times still can. */
  @Test
  void withoutALocalTimeTheColumnIsAVariableLikeAnyOther() {
    String id = CONSOLE.campaign();
    JsonNode csv = body(add(id, "text/csv", "phone,time_zone\n+5511960000001,PST\n"));
    JsonNode json =
        body(add(id, "application/json", "[{\"phone\":\"+5511960000002\",\"timeZone\":\"PST\"}]"));

    assertThat(csv.path("accepted").asInt()).isOne();
    assertThat(json.path("accepted").asInt()).isOne();
    assertThat(zones(id)).containsExactly("none", "none");
    JsonNode people = body(CONSOLE.send("GET", path(id), "", "")).path("recipients");
    assertThat(people.at("/0/variables/time_zone").asString()).isEqualTo("PST");
    assertThat(people.at("/1/variables")).isEmpty();
    assertThat(people.path(0).has("timeZone")).isFalse();
  }

  @Test
  void aCheckTellsUnknownZonesWhereTheCampaignHasALocalTime() {
    String file = "phone,time_zone\n+5511960000001,PST\n";
    String check = "/api/recipients/check";

    assertThat(body(CONSOLE.send("POST", check + "?zones=true", "text/csv", file)).path("usable"))
        .hasToString("0");
    assertThat(body(CONSOLE.send("POST", check, "text/csv", file)).path("usable")).hasToString("1");
  }

  /** Zones that nobody asked for would cost place and time in every import. */
  @Test
  void withoutALocalTimeNoNumberIsLookedUp() {
    String id = CONSOLE.campaign();
    add(id, "text/csv", "phone\n+5511960000001\n");

    assertThat(zones(id)).containsExactly("none");
  }

  /** Else they would all be sent to by the campaign's zone, at night perhaps. */
  @Test
  void aLocalTimeComesBeforeTheRecipients() {
    String id = CONSOLE.campaign();
    add(id, "text/csv", "phone\n+5511960000001\n");
    assertProblem(change(id, "\"09:00\""), 409, "Give \"localTime\" before");

    String copy =
        body(CONSOLE.send("POST", "/api/campaigns/" + id + "/duplicate", "", ""))
            .path("id")
            .asString();
    assertThat(change(copy, "\"09:00\"").statusCode()).isEqualTo(200);
    add(copy, "text/csv", "phone\n+5511960000001\n");
    assertThat(change(copy, "\"10:00\"").statusCode()).isEqualTo(200);
    assertThat(zones(copy)).containsExactly("America/Sao_Paulo");
  }

  /** Else the guesses that were made by it would stay. */
  @Test
  void theTimeZoneOfTheGuessesIsFixedWithTheRecipients() {
    String id = atNine();
    assertThat(edit(id, "{\"timeZone\":\"Europe/Moscow\"}").statusCode()).isEqualTo(200);
    add(id, "text/csv", "phone\n+79161234567\n");
    assertThat(zones(id)).containsExactly("Europe/Moscow");

    assertProblem(edit(id, "{\"timeZone\":\"Asia/Tokyo\"}"), 409, "before");
    assertThat(edit(id, "{\"timeZone\":\"Europe/Moscow\",\"name\":\"x\"}").statusCode())
        .isEqualTo(200);
    assertThat(edit(id, "{\"timeZone\":\"Asia/Tokyo\",\"localTime\":null}").statusCode())
        .isEqualTo(200);
    String other = CONSOLE.campaign();
    add(other, "text/csv", "phone\n+79161234567\n");
    assertThat(edit(other, "{\"timeZone\":\"Asia/Tokyo\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void recipientsShowTheirZones() {
    String id = atNine();
    add(id, "text/csv", "phone\n+4915112345678\n");

    assertThat(body(CONSOLE.send("GET", path(id), "", "")).at("/recipients/0/timeZone").asString())
        .isEqualTo("Europe/Berlin");
  }

  /** While it waits for that zone's time, nothing else would say why nothing is sent. */
  @Test
  void aCampaignThatIsSendingTellsWhichZoneComesNext() {
    String id = atNine();
    add(id, "text/csv", "phone\n+819012345678\n+4915112345678\n+5511960000001\n");
    assertThat(campaign(id).path("nextZone").isNull()).as("of a draft").isTrue();

    started(id, "2099-06-10T06:00:00Z");
    JsonNode next = campaign(id).path("nextZone");
    assertThat(next.path("timeZone").asString()).isEqualTo("Europe/Berlin");
    assertThat(next.path("at").asString()).isEqualTo("2099-06-10T07:00:00Z");

    started(id, "2020-06-10T06:00:00Z");
    assertThat(campaign(id).path("nextZone").isNull()).as("after all moments").isTrue();
  }

  /** So that a person sees before the start when the last of them gets it. */
  @Test
  void aDraftTellsWhenEachZoneIsSentTo() {
    String id = atNine();
    add(id, "text/csv", "phone\n+819012345678\n+4915112345678\n+4915112345679\n+80012345678\n");
    edit(id, "{\"scheduledAt\":\"2099-06-10T06:00:00Z\"}");
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign_recipient SET time_zone = 'Mars/Olympus'"
                + " WHERE campaign_id = ?::uuid AND phone = '+4915112345679'",
            id));

    assertThat(body(CONSOLE.send("GET", "/api/campaigns/" + id + "/zones", "", "")).path("zones"))
        .extracting(
            zone -> zone.path("timeZone").asString(),
            zone -> zone.path("recipients").asInt(),
            zone -> zone.path("at").asString())
        .containsExactly(
            tuple("Europe/Berlin", 1, "2099-06-10T07:00:00Z"),
            tuple("UTC", 2, "2099-06-10T09:00:00Z"),
            tuple("Asia/Tokyo", 1, "2099-06-11T00:00:00Z"));
    assertThat(
            body(CONSOLE.send("GET", "/api/campaigns/" + id + "/zones?localTime=10:00", "", ""))
                .at("/zones/0/at")
                .asString())
        .isEqualTo("2099-06-10T08:00:00Z");
    assertThat(
            body(CONSOLE.send("GET", "/api/campaigns/" + CONSOLE.campaign() + "/zones", "", ""))
                .path("zones"))
        .isEmpty();
  }

  private static void started(String id, String at) {
    CONSOLE.sql(sql ->
        sql.execute(
            "UPDATE sluice.campaign SET status = 'SENDING', total = 3, started_at = ?::timestamptz"
                + " WHERE id = ?::uuid",
            at,
            id));
  }

  private static String atNine() {
    HttpResponse<byte[]> created =
        CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"n\",\"sender\":\"brazil\",\"localTime\":\"09:00\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}");
    assertThat(created.statusCode()).isEqualTo(201);
    return body(created).path("id").asString();
  }

  private static JsonNode campaign(String id) {
    return body(CONSOLE.send("GET", "/api/campaigns/" + id, "", ""));
  }

  private static HttpResponse<byte[]> change(String id, String localTime) {
    return edit(id, "{\"localTime\":" + localTime + "}");
  }

  private static HttpResponse<byte[]> edit(String id, String change) {
    return CONSOLE.send("PATCH", "/api/campaigns/" + id, "application/json", change);
  }

  private static HttpResponse<byte[]> add(String id, String type, String rows) {
    return CONSOLE.send("POST", path(id), type, rows);
  }

  private static String path(String id) {
    return "/api/campaigns/" + id + "/recipients";
  }

  private static List<String> zones(String id) {
    return CONSOLE.sql(sql ->
        sql.fetch(
                "SELECT coalesce(time_zone, 'none') FROM sluice.campaign_recipient"
                    + " WHERE campaign_id = ?::uuid ORDER BY id",
                id)
            .getValues(0, String.class));
  }
}
