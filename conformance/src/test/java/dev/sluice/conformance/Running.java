package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.Sluice;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A command that runs until it is stopped, in this process. */
final class Running implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Pattern EXPORT = Pattern.compile("(?m)^export (\\w+)='?([^'\\n]*)'?$");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Thread thread;

  /**
   * Starts a command and waits until it is up.
   *
   * @param up whether it is, by what it has printed
   */
  Running(String command, Predicate<String> up, String... arguments) {
    String[] words =
        Stream.concat(Stream.of(command.split(" ")), Stream.of(arguments)).toArray(String[]::new);
    thread =
        Thread.ofPlatform()
            .name("sluice " + command)
            .start(() ->
                Sluice.complete(Sluice.commandLine())
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(words));
    await(command + " is up")
        .atMost(PATIENCE)
        .until(() -> !thread.isAlive() || up.test(out.toString()));
    assertThat(thread.isAlive()).as(err.toString()).isTrue();
  }

  /** Returns the variables that its output sets in a shell into which it is pasted. */
  Map<String, String> exports() {
    return EXPORT
        .matcher(out.toString())
        .results()
        .collect(Collectors.toMap(line -> line.group(1), line -> line.group(2)));
  }

  /** Stops it as Ctrl-C does. */
  @Override
  public void close() {
    thread.interrupt();
    await("it has stopped").atMost(PATIENCE).until(() -> !thread.isAlive());
  }
}
