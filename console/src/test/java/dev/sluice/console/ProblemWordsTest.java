package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sentences of problems that the page says in its reader's language. */
class ProblemWordsTest {
  private static final Path PAGE = Path.of("src/main/resources/page");
  private static final Pattern SENTENCE = Pattern.compile("\\['(problem\\.\\w+)', /(.*)/s]");

  /** What varies, and where the console joins what it says. */
  private static final Pattern BETWEEN =
      Pattern.compile(
          "\\(\\?<\\w+>[^)]*\\)|\\\\w\\+|[\\^$]|(?<=\\\\\\.) |(?=; nothing was changed)");

  @ParameterizedTest
  @MethodSource("sentences")
  void theConsoleStillSaysIt(String sentence) throws IOException {
    String sources = sources();

    assertThat(BETWEEN.splitAsStream(sentence).map(part -> part.replace("\\", "")))
        .allMatch(sources::contains);
  }

  @Test
  void eachSentenceHasAText() throws IOException {
    JsonNode texts = JsonMapper.shared().readTree(Files.readString(PAGE.resolve("texts/en.json")));

    assertThat(found(1)).isNotEmpty().allMatch(texts::has);
  }

  static Stream<String> sentences() throws IOException {
    return found(2).stream();
  }

  private static List<String> found(int group) throws IOException {
    Matcher lines = SENTENCE.matcher(Files.readString(PAGE.resolve("problems.js")));
    return lines.results().map(line -> line.group(group)).toList();
  }

  /** Returns the console's code, with the texts joined that are split among lines. */
  private static String sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ProblemWordsTest::read)
          .collect(Collectors.joining())
          .replaceAll("\"\\s*\\+ \"", "")
          .replace("\\\"", "\"");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
