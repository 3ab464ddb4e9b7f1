package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tests the commands that manage senders. */
class SenderCommandsTest {
  private final Terminal terminal = new Terminal();

  @Test
  void aSenderKeepsWhatIsNotGiven() {
    assertThat(terminal.run("sender", "put", "kept", "--address", "123", "--daily-limit", "500"))
        .isZero();
    assertThat(terminal.run("sender", "put", "kept", "--rate", "20")).isZero();
    assertThat(terminal.run("sender", "put", "kept", "--lanes", "2")).isZero();

    JsonNode sender = TestConsole.read("/api/senders/kept");
    assertThat(sender.path("address").asString()).isEqualTo("123");
    assertThat(sender.path("provider").asString()).isEqualTo("whatsapp");
    assertThat(sender.path("ratePerSecond").asDouble()).isEqualTo(20);
    assertThat(sender.path("lanes").asInt()).isEqualTo(2);
    assertThat(sender.path("dailyLimit").asInt()).isEqualTo(500);

    assertThat(terminal.run("sender", "put", "kept", "--daily-limit", "none")).isZero();
    assertThat(TestConsole.read("/api/senders/kept").path("dailyLimit").isNull()).isTrue();
    assertThat(TestConsole.read("/api/senders/kept").path("ratePerSecond").asDouble())
        .isEqualTo(20);
  }

  @Test
  void aNewSenderNeedsAnAddressAndNothingElse() {
    assertThat(terminal.run("sender", "put", "fresh", "--rate", "20")).isEqualTo(1);
    assertThat(terminal.err()).contains("address");
    assertThat(terminal.run("sender", "put", "fresh", "--address", "123")).isZero();
    assertThat(TestConsole.read("/api/senders/fresh").path("ratePerSecond").asDouble())
        .isEqualTo(80);

    assertThat(terminal.run("sender", "put", "fresh", "--daily-limit", "many")).isEqualTo(2);
    assertThat(terminal.err()).contains("a number of people or none");
  }

  @Test
  void aSenderKeepsItsFrequencyCapUntilItIsTakenAway() {
    assertThat(
            terminal.run("sender", "put", "capped", "--address", "123", "--frequency-cap", "3/7"))
        .isZero();
    assertThat(terminal.run("sender", "put", "capped", "--rate", "20")).isZero();
    JsonNode sender = TestConsole.read("/api/senders/capped");
    assertThat(sender.path("capMessages").asInt()).isEqualTo(3);
    assertThat(sender.path("capDays").asInt()).isEqualTo(7);
    assertThat(terminal.run("sender", "list")).isZero();
    assertThat(terminal.out()).containsPattern("capped .* 3/7 +no");

    assertThat(terminal.run("sender", "put", "capped", "--frequency-cap", "none")).isZero();
    assertThat(TestConsole.read("/api/senders/capped").path("capDays").isNull()).isTrue();
    assertThat(terminal.run("sender", "put", "capped", "--frequency-cap", "3")).isEqualTo(2);
    assertThat(terminal.err()).contains("like 3/7");
  }

  @Test
  void anotherAccountOfASenderWithAScheduledCampaignIsAsked() {
    String[] put = {"sender", "put", "moved", "--address", "123", "--account"};
    assertThat(terminal.run(and(put, "1"))).isZero();
    assertThat(
            terminal.run(
                "campaign",
                "create",
                "--name=Spring",
                "--sender=moved",
                "--message=" + TestConsole.MESSAGE,
                "--scheduled-at=2099-01-01T00:00:00Z"))
        .as(terminal.err())
        .isZero();

    assertThat(terminal.run(and(put, "2"))).isEqualTo(1);
    assertThat(terminal.err())
        .contains("1: \"Spring\". Repeat it with --accept-scheduled if it has them.");
    assertThat(terminal.run(and(put, "1", "--rate=5"))).isZero();
    assertThat(terminal.run(and(put, "2", "--accept-scheduled"))).isZero();
    assertThat(TestConsole.read("/api/senders/moved").path("account").asString()).isEqualTo("2");
  }

  private static String[] and(String[] command, String... more) {
    return Stream.of(command, more).flatMap(Stream::of).toArray(String[]::new);
  }

  /** A sender's id must not address another sender. */
  @ParameterizedTest
  @ValueSource(strings = {"exact#2", "exact?x=1", "x/../exact", "exact%23"})
  void anOddSenderIsRefusedAndNoOtherOneChanged(String odd) {
    terminal.run("sender", "put", "exact", "--address", "123", "--rate", "20");

    assertThat(terminal.run("sender", "put", odd, "--address", "9", "--rate", "5")).isEqualTo(1);
    assertThat(terminal.run("sender", "unblock", odd)).isEqualTo(1);
    assertThat(terminal.err().strip().lines()).hasSize(2);
    assertThat(TestConsole.read("/api/senders/exact").path("ratePerSecond").asDouble())
        .isEqualTo(20);
    assertThat(TestConsole.read("/api/senders/exact").path("address").asString()).isEqualTo("123");
  }
}
