package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program in a process of its own, with what it prints. */
final class Program implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final Path output;

  Program(Path folder, Map<String, String> environment, String... command) throws IOException {
    output = Files.createTempFile("program", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** Waits until it has printed a line that matches an expression. */
  void awaitLine(String expression) {
    await(expression)
        .atMost(PATIENCE)
        .until(() -> !process.isAlive() || lines().stream().anyMatch(matching(expression)));
    assertThat(lines()).anyMatch(matching(expression));
  }

  private static Predicate<String> matching(String expression) {
    return line -> line.matches(expression);
  }

  /** Waits until it has ended by itself. */
  void awaitSuccess() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join("\n", lines())).isZero();
  }

  /** Returns what it has printed so far. */
  List<String> lines() {
    try {
      return Files.readString(output).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(output);
  }
}
