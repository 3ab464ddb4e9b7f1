package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A shell into which the lines were pasted that {@code sluice local} prints. */
final class Terminal {
  private final Map<String, String> variables;
  private final String console;
  private final List<String> typed = new ArrayList<>();

  /**
   * Opens a terminal.
   *
   * @param variables how to reach the servers
   * @param console the console's URL
   */
  Terminal(Map<String, String> variables, String console) {
    this.variables = variables;
    this.console = console;
  }

  /**
   * Runs a command of {@code sluice} that must succeed, in this process, as most of the time of
   * another one would be its start. It cannot be one that takes a password from the environment.
   *
   * @return what it printed
   */
  String sluice(String... words) {
    typed.add(String.join(" ", words));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Sluice.complete(Sluice.commandLine())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(
                Stream.concat(Stream.of(words), server(words).stream()).toArray(String[]::new));

    assertThat(exitCode).as("%s: %s", String.join(" ", words), err).isZero();
    return out.toString();
  }

  private List<String> server(String... words) {
    if (words[words.length - 1].equals("--help")) {
      return List.of();
    }
    return switch (words[0]) {
      case "campaign", "sender", "suppression", "template" -> List.of("--url", console);
      case "window", "dead-letters" ->
          List.of("--kafka", variables.get("SLUICE_KAFKA_BOOTSTRAP_SERVERS"));
      default -> List.of();
    };
  }

  /**
   * Runs a line that must succeed, in bash and in the folder of the checkout.
   *
   * @return what it printed
   */
  String bash(String line) throws IOException, InterruptedException {
    typed.add(line);
    ProcessBuilder bash =
        new ProcessBuilder("timeout", "60", "bash", "-c", "set -o pipefail; " + line)
            .directory(DocumentedCommands.ROOT.toFile())
            .redirectErrorStream(true);
    bash.environment().putAll(variables);
    bash.environment()
        .putAll(
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "SLUICE_BUILD",
                "never",
                "SLUICE_JAVA_OPTIONS",
                "-XX:TieredStopAtLevel=1"));
    Process process = bash.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as("%s: %s", line, said).isZero();
    return said;
  }

  /** Returns everything that was typed. */
  List<String> typed() {
    return List.copyOf(typed);
  }
}
