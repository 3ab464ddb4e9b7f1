package dev.sluice.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Prometheus' own checker of its configuration and rules. */
final class Promtool {
  /**
   * What it said.
   *
   * @param exitCode zero if it found nothing wrong
   */
  record Verdict(int exitCode, String words) {}

  private Promtool() {}

  /** Returns whether it is installed. CI sets SLUICE_PROMTOOL_TESTS=required. */
  static boolean isThere() {
    boolean there = binary().isPresent();
    if (!there && "required".equals(System.getenv("SLUICE_PROMTOOL_TESTS"))) {
      throw new IllegalStateException("the tests of Prometheus' rules need promtool");
    }
    if (!there) {
      System.out.println("left out: the tests of Prometheus' rules, as promtool is missing");
    }
    return there;
  }

  /** Runs it in a folder and waits for its verdict. */
  static Verdict run(Path folder, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(Stream.of(binary().orElseThrow().toString()), Stream.of(arguments)).toList();
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Verdict(process.waitFor(), words);
  }

  private static Optional<Path> binary() {
    return Stream.of("/usr/bin/promtool", "/usr/local/bin/promtool")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }
}
