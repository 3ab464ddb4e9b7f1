package dev.sluice.cli;

import dev.sluice.console.Console;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs commands as typed by people, and keeps what they print. */
final class Terminal {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Runs a command against the console that asks for no token. */
  int run(String... arguments) {
    return runAt(TestConsole.open(), arguments);
  }

  int runAt(Console console, String... arguments) {
    String url = "http://localhost:" + console.port();
    return execute(
        Stream.concat(Stream.of(arguments), Stream.of("--url", url)).toArray(String[]::new));
  }

  /** Runs exactly what is typed. */
  int execute(String... arguments) {
    return execute(Sluice.commandLine(), arguments);
  }

  int execute(CommandLine sluice, String... arguments) {
    return sluice
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  void clear() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
  }
}
