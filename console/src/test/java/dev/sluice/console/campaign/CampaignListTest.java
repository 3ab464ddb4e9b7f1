package dev.sluice.console.campaign;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The list of campaigns, and what is archived out of it. */
class CampaignListTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final CampaignCalls CAMPAIGNS = new CampaignCalls(CONSOLE);

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void whatIsArchivedIsOutOfSightAndThere() {
    String id = CONSOLE.campaign();

    assertThat(body(CAMPAIGNS.archive(id)).path("archivedAt").isMissingNode()).isFalse();
    assertThat(CAMPAIGNS.archive(id).statusCode()).isEqualTo(200);
    assertProblem(
        CONSOLE.send(
            "POST", "/api/campaigns/" + id + "/recipients", "text/csv", "phone\n+5511960000001\n"),
        409,
        "archived");
    assertThat(CAMPAIGNS.listed("")).doesNotContain(id);
    assertThat(CAMPAIGNS.listed("?archived=true")).contains(id);
    assertThat(body(CAMPAIGNS.get(id)).path("name").asString()).isEqualTo("Spring");
    CAMPAIGNS.set(id, "SENDING");
    assertThat(CAMPAIGNS.listed("")).contains(id);
    assertProblem(CAMPAIGNS.archive(id), 409, "SENDING");
    CAMPAIGNS.set(id, "CANCELLED");
    assertThat(CAMPAIGNS.listed("")).doesNotContain(id);
    CAMPAIGNS.set(id, "DRAFT");
    CAMPAIGNS.patch(id, "{}");
    assertThat(CAMPAIGNS.listed("")).contains(id);
  }

  @Test
  void theListIsSearchedByNameAndState() {
    String id = CONSOLE.campaign();
    CAMPAIGNS.patch(id, "{\"name\":\"50% off_\"}");
    String sending = CONSOLE.campaign();
    CAMPAIGNS.set(sending, "SENDING");

    assertThat(CAMPAIGNS.listed("?search=0%25%20OFF")).containsExactly(id);
    assertThat(CAMPAIGNS.listed("?search=0_o")).isEmpty();
    assertThat(CAMPAIGNS.listed("?status=sending")).contains(sending).doesNotContain(id);
    assertThat(CAMPAIGNS.listed("?status=DRAFT&search=off&after=" + sending)).containsExactly(id);
    CAMPAIGNS.archive(id);
    assertThat(CAMPAIGNS.listed("?search=off_")).isEmpty();
    assertThat(CAMPAIGNS.listed("?search=off_&archived=true")).containsExactly(id);
    assertProblem(CONSOLE.send("GET", "/api/campaigns?status=LOST", "", ""), 400, "SENDING");
  }

  @Test
  void theListIsSearchedBySenderAndTime() {
    String id = CONSOLE.campaign();
    JsonNode one = body(CAMPAIGNS.get(id));
    String sender = one.path("senderId").asString();
    String created = one.path("createdAt").asString();
    String later = Instant.parse(created).plusMillis(1).toString();

    assertThat(CAMPAIGNS.listed("?senderId=" + sender)).contains(id);
    assertThat(CAMPAIGNS.listed("?senderId=nobody")).isEmpty();
    assertThat(CAMPAIGNS.listed("?createdFrom=" + created + "&createdUntil=" + later)).contains(id);
    assertThat(CAMPAIGNS.listed("?createdFrom=" + later)).doesNotContain(id);
    assertThat(CAMPAIGNS.listed("?createdUntil=" + created)).doesNotContain(id);
    assertProblem(
        CONSOLE.send("GET", "/api/campaigns?createdFrom=May", "", ""), 400, "\"createdFrom\"");
  }

  @Test
  void aListCostsAsManyStatementsHoweverManyCampaignsItHas() {
    CONSOLE.campaign();
    double few = statements();
    for (int i = 0; i < 5; i++) {
      CAMPAIGNS.add(CONSOLE.campaign(), "phone\n+5511960000001\n");
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
          CAMPAIGNS.listed("");
          return CONSOLE.statements() - before;
        })
        .min()
        .orElseThrow();
  }
}
