package dev.sluice.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;

/** Parses every command line of the documents as the command itself does. */
class DocumentedCommandsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern SHELL = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern COMMAND =
      Pattern.compile("(xargs [^|]*)?(?<![\\w/.-])(\\./)?sluice ([^|)#]+)");

  /** What stands for a value in documents, with such a value. */
  private static final Map<String, String> VALUES =
      Map.of(
          "ID", "3fe21825-0000-4000-8000-000000000000",
          "N", "7",
          "NAME", "pipeline",
          "<command>", "worker");

  /**
   * A command in a document.
   *
   * @param complete whether it can be typed as it stands, rather than only naming the command
   */
  record Documented(String file, boolean complete, List<String> words) {
    @Override
    public String toString() {
      return file + ": " + String.join(" ", words);
    }
  }

  static Stream<Documented> commands() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> documents =
          Stream.concat(
                  Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve),
                  docs.filter(file -> file.toString().endsWith(".md")).sorted())
              .toList();
      return documents.stream().flatMap(DocumentedCommandsTest::commands).distinct();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandLineIsOneThatSluiceUnderstands(Documented documented) {
    CommandLine sluice = Sluice.complete(Sluice.commandLine());
    String[] words = documented.words().toArray(String[]::new);

    assertThatCode(
            () -> {
              try {
                sluice.parseArgs(words);
              } catch (MissingParameterException e) {
                if (documented.complete()) {
                  throw e;
                }
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void theDocumentsAreFullOfCommands() throws IOException {
    assertThat(commands().filter(Documented::complete)).hasSizeGreaterThan(50);
  }

  private static Stream<Documented> commands(Path file) {
    String text = read(file);
    String name = file.getFileName().toString();
    return Stream.concat(
            SHELL
                .matcher(text)
                .results()
                .flatMap(block -> block.group(1).replaceAll("(\\\\|\\|)\\n", "$1 ").lines()),
            SPAN.matcher(BLOCK.matcher(text).replaceAll(""))
                .results()
                .map(span -> span.group(1).replaceAll("\\s+", " "))
                // Others quote messages that name a command.
                .filter(span -> span.matches("(\\./|source <\\(\\./)?sluice .*")))
        .flatMap(line -> COMMAND.matcher(line).results())
        .map(command -> documented(name, command));
  }

  private static Documented documented(String file, MatchResult command) {
    Stream<String> words =
        Stream.of(command.group(3).replaceAll("[\\[\\]'\"]", "").strip().split(" +"))
            .map(word -> VALUES.getOrDefault(word, word));
    // xargs adds the last word.
    Stream<String> added = command.group(1) == null ? Stream.empty() : Stream.of("7");
    return new Documented(file, command.group(2) != null, Stream.concat(words, added).toList());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
