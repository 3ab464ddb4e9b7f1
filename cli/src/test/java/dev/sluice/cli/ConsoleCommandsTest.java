package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what all commands that talk to a console have in common. */
class ConsoleCommandsTest {
  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void aFolderIsSaidToBeOne() {
    for (String[] command :
        new String[][] {
          {"campaign", "import", "00000000-0000-4000-8000-000000000000", folder.toString()},
          {"suppression", "import", folder.toString()},
          {"suppression", "export", folder.toString()},
          {"campaign", "create", "--name", "x", "--sender", "s", "--message", "@" + folder}
        }) {
      terminal.clear();
      assertThat(terminal.run(command)).as(String.join(" ", command)).isEqualTo(2);
      assertThat(terminal.err()).contains(folder + " is a folder");
    }
  }

  /** Names may contain anything, and terminals interpret control characters. */
  @ParameterizedTest
  @ValueSource(strings = {"table", "json"})
  void namesDoNotSteerTheTerminal(String output) {
    terminal.run("sender", "put", "s", "--address", "123");
    String name = "Sp\u001b[2J\u009b31mring\u202e\r\n";
    terminal.run(
        "campaign",
        "create",
        "--name",
        name + "x",
        "--sender",
        "s",
        "--message",
        TestConsole.MESSAGE);
    String id = terminal.out().strip().lines().toList().getLast();

    assertThat(terminal.run("campaign", "list", "--output", output)).isZero();
    assertThat(terminal.run("campaign", "status", id, "--output", output)).isZero();

    assertThat(terminal.out())
        .contains("31mring")
        .doesNotContain("\u001b", "\u009b", "\u202e", "\r")
        .doesNotContainPattern("ring\\s*\nx");
  }

  @Test
  void theShellCompletesCommandsAndOptions() {
    assertThat(terminal.execute(Sluice.complete(Sluice.commandLine()), "generate-completion"))
        .isZero();

    assertThat(terminal.out()).contains("complete -F _complete_sluice", "--idempotency-key");
  }

  @Test
  void aConsoleThatAsksForItsTokenIsToldAsSuch() {
    assertThat(terminal.runAt(TestConsole.guarded(), "campaign", "list")).isEqualTo(1);
    assertThat(terminal.err())
        .isEqualTo(
            "sluice campaign list: the console asks for its token; set SLUICE_API_TOKEN or"
                + " SLUICE_API_TOKEN_FILE\n");
  }

  @Test
  void whatIsNoConsoleIsToldAsSuch() {
    assertThat(terminal.execute("campaign", "list", "--url", "http://localhost:1")).isEqualTo(1);
    assertThat(terminal.err().strip())
        .isEqualTo("sluice campaign list: no answer from the console at http://localhost:1");
  }
}
