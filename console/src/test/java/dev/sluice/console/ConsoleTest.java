package dev.sluice.console;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The console as a whole. */
class ConsoleTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    String nobody = UUID.randomUUID().toString();

    assertProblem(CONSOLE.send("GET", "/api/campaigns/" + nobody, "", ""), 404, nobody);
    assertProblem(CONSOLE.send("POST", "/api/campaigns/" + nobody + "/start", "", ""), 404, nobody);
    assertProblem(CONSOLE.send("GET", "/api/campaigns/seventeen", "", ""), 404, "seventeen");
    assertProblem(CONSOLE.send("GET", "/api/senders/nobody", "", ""), 404, "nobody");
    assertProblem(CONSOLE.send("GET", "/api/nothing", "", ""), 404, "");
  }

  @Test
  void withATokenTheApiAsksForIt() {
    try (Console guarded = CONSOLE.another(Optional.of("0123456789abcdef"))) {
      String url = "http://localhost:" + guarded.port() + "/api/campaigns";

      assertThat(CONSOLE.get(url, null).statusCode()).isEqualTo(401);
      assertThat(CONSOLE.get(url, "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(CONSOLE.get(url, "Bearer 0123456789abcdef").statusCode()).isEqualTo(200);
    }
  }
}
