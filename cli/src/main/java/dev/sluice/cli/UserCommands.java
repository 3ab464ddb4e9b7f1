package dev.sluice.cli;

import dev.sluice.console.Users;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The users of a console. */
@Command(
    name = "user",
    description = "Makes lines of the file with a console's users.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class UserCommands {
  private static final int SHORTEST = 12;

  @Spec private CommandSpec spec;

  private final InputStream in;

  UserCommands() {
    this(System.in);
  }

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  UserCommands(InputStream in) {
    this.in = in;
  }

  @Command(
      name = "hash",
      description =
          "Reads a password from the terminal, or the first line of its input, and prints a line"
              + " for the file that SLUICE_USERS_FILE names.",
      mixinStandardHelpOptions = true)
  int hash(
      @Parameters(
              paramLabel = "NAME:ROLE",
              description =
                  "Like ana:manager. The role is viewer, manager or operator, with \",approve\""
                      + " behind it for those who approve starts.")
          String user) {
    spec.commandLine().getOut().println(Users.line(user, this::password));
    return 0;
  }

  // Error Prone knows Java 22, which returned one always; newer versions do not.
  @SuppressWarnings("SystemConsoleNull")
  private String password() {
    Console terminal = System.console();
    String password =
        terminal != null && terminal.isTerminal() ? typed(terminal) : firstLine().strip();
    if (password.length() < SHORTEST) {
      throw new IllegalArgumentException("a password has at least " + SHORTEST + " characters");
    }
    return password;
  }

  private static String typed(Console terminal) {
    String password = typed(terminal, "Password: ");
    if (!password.equals(typed(terminal, "Once more: "))) {
      throw new IllegalArgumentException("these are two different passwords");
    }
    return password;
  }

  private static String typed(Console terminal, String prompt) {
    char[] line = terminal.readPassword(prompt);
    return line == null ? "" : new String(line).strip();
  }

  private String firstLine() {
    try {
      String line =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
