package dev.sluice.console;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignCommand;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What people tell campaigns to do. */
class CampaignCommandsTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void aStartIsACommandOnKafka() {
    String id = CONSOLE.campaign();
    HttpResponse<byte[]> answer = CONSOLE.send("POST", "/api/campaigns/" + id + "/start", "", "");

    assertThat(answer.statusCode()).isEqualTo(202);
    CampaignCommand command = CONSOLE.commandOf(id);
    assertThat(command.command()).isEqualTo(CampaignCommand.Action.START);
    assertThat(command.requestedAt()).isNotNull();
  }

  @Test
  void refusesACommandThatMakesNoSenseNow() {
    String id = CONSOLE.campaign();

    assertProblem(CONSOLE.send("POST", "/api/campaigns/" + id + "/pause", "", ""), 409, "DRAFT");
  }

  @Test
  void aResendIsRefusedBeforeTheEndAndForThoseWhoGotIt() {
    String id = CONSOLE.campaign();

    assertProblem(CONSOLE.send("POST", "/api/campaigns/" + id + "/resend", "", ""), 409, "DRAFT");
    assertProblem(
        CONSOLE.send("POST", "/api/campaigns/" + id + "/resend?status=SENT", "", ""), 400, "twice");
  }
}
