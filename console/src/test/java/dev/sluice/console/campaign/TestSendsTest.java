package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Test messages. */
class TestSendsTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void goThroughTheSendersLaneAndBelongToNoCampaign() {
    String id = campaign();
    HttpResponse<byte[]> answer =
        test(id, "{\"to\":[\"+55 11 96000-0001\"],\"variables\":{\"name\":\"Ana\"}}");

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(body(answer).at("/to/0").asString()).isEqualTo("+5511960000001");
    SendRequest request = CONSOLE.requestTo("brazil");
    assertThat(request.isForTest()).isTrue();
    assertThat(request.campaignId()).hasToString(body(answer).path("testId").asString());
    assertThat(request.campaignId()).isNotEqualTo(UUID.fromString(id));
    assertThat(request.laneKey()).isEqualTo(new LaneKey("brazil", 0));
    assertThat(request.permitsPerSecond()).isEqualTo(80);
    assertThat(request.to()).isEqualTo("+5511960000001");
    assertThat(request.message().at("/text/body").asString()).isEqualTo("Hi Ana");
    assertThat(body(CONSOLE.send("GET", "/api/campaigns/" + id, "", "")).path("total").asInt())
        .isZero();
  }

  @Test
  void whatCannotBeSentIsToldByItsField() {
    String id = campaign();
    CONSOLE.send("POST", "/api/suppressions", "text/csv", "phone\n+5511960000009\n");

    assertProblem(test(id, "{\"to\":[]}"), 400, "to");
    assertProblem(test(id, "{\"to\":[\"12\"]}"), 400, "number");
    assertProblem(test(id, "{\"to\":[\"+5511960000001\"]}"), 400, "\"name\"");
    assertProblem(
        test(id, "{\"to\":[\"+5511960000009\"],\"variables\":{\"name\":\"x\"}}"), 409, "nothing");
    assertProblem(
        test("00000000-0000-4000-8000-000000000000", "{\"to\":[\"+5511960000001\"]}"),
        404,
        "no campaign");
  }

  private static String campaign() {
    return body(CONSOLE.send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"Spring\",\"sender\":\"brazil\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}}"))
        .path("id")
        .asString();
  }

  private static HttpResponse<byte[]> test(String id, String wish) {
    return CONSOLE.send("POST", "/api/campaigns/" + id + "/test", "application/json", wish);
  }
}
