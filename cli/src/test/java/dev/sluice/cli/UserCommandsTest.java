package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Users;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class UserCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aPasswordBecomesALineOfTheUsersFileWithoutIt() {
    assertThat(run("correct horse battery\nmore\n", "ana@example.org:manager,approve")).isZero();

    assertThat(out.toString())
        .matches(
            "ana@example\\.org:manager,approve:\\$pbkdf2-sha256\\$i=600000\\$\\S{22}\\$\\S{43}\\R");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "too short | ana:manager | at least 12 characters",
        "correct horse battery | ana | ana needs a role",
        "correct horse battery | ana:queen | ana needs a role: viewer, manager or operator",
        "correct horse battery | an a:viewer | a name has 1 to 64 characters",
      })
  void whatCannotBeALineIsToldAndNothingIsPrinted(String password, String user, String words) {
    assertThat(run(password, user)).isNotZero();

    assertThat(err.toString()).contains(words).doesNotContain("horse");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aWrongLineOfTheUsersFileStopsTheConsolesStartWithOneError(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("users"), "ana:manager\nbo:queen\n");
    Terminal terminal = new Terminal();

    assertThat(terminal.execute("console", "--users-file", file.toString(), "--http-port", "0"))
        .isEqualTo(2);

    assertThat(terminal.err())
        .isEqualTo(
            "sluice console: " + file + ", line 2: bo needs a role: viewer, manager or operator\n");
  }

  /** As Compose files and charts pass variables on that nobody has set. */
  @Test
  void anEmptyUsersFileOptionIsNone() {
    UsersOptions options = new UsersOptions();
    CommandLine.populateCommand(options, "--users-file=");

    assertThat(options.users()).isEqualTo(Users.NONE);
  }

  private int run(String input, String user) {
    ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    return new CommandLine(new UserCommands(in))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler((e, command, parsed) -> {
          command.getErr().println(e.getMessage());
          return 2;
        })
        .execute("hash", user);
  }
}
