package dev.sluice.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Another program's own checker of its configuration. */
enum Checker {
  PROMTOOL("/usr/bin/promtool"),
  AMTOOL("/usr/bin/amtool"),
  NGINX("/usr/sbin/nginx");

  /**
   * What it said.
   *
   * @param exitCode zero if it found nothing wrong
   */
  record Verdict(int exitCode, String words) {}

  private final Path packaged;

  Checker(String packaged) {
    this.packaged = Path.of(packaged);
  }

  static boolean promtoolIsThere() {
    return PROMTOOL.isThere();
  }

  static boolean amtoolIsThere() {
    return AMTOOL.isThere();
  }

  static boolean nginxIsThere() {
    return NGINX.isThere();
  }

  /** Returns whether it is installed. CI sets SLUICE_CHECKER_TESTS=required. */
  private boolean isThere() {
    boolean there = binary().isPresent();
    if (!there && "required".equals(System.getenv("SLUICE_CHECKER_TESTS"))) {
      throw new IllegalStateException("the tests need " + packaged.getFileName());
    }
    if (!there) {
      System.out.println("left out: the tests that need " + packaged.getFileName());
    }
    return there;
  }

  /** Runs it in a folder and waits for its verdict. */
  Verdict run(Path folder, String... arguments) throws IOException, InterruptedException {
    Process process = start(folder, arguments);
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Verdict(process.waitFor(), words);
  }

  /** Starts it in a folder. */
  Process start(Path folder, String... arguments) throws IOException {
    List<String> command =
        Stream.concat(Stream.of(binary().orElseThrow().toString()), Stream.of(arguments)).toList();
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }

  private Optional<Path> binary() {
    return Stream.of(packaged, Path.of("/usr/local/bin").resolve(packaged.getFileName()))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
