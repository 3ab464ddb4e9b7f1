package dev.sluice.console;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Senders as people keep them. */
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
  void onlyASenderThatExistsIsUnblocked() {
    assertProblem(CONSOLE.send("POST", "/api/senders/nobody/unblock", "", ""), 404, "nobody");
    assertThat(CONSOLE.send("POST", "/api/senders/brazil/unblock", "", "").statusCode())
        .isEqualTo(202);
  }
}
