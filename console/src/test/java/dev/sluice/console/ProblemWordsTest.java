package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** The sentences of refusals that the page says in its reader's language. */
class ProblemWordsTest {
  private static final Path PAGE = Path.of("src/main/resources/page");
  private static final List<String> WORDS =
      List.of("problems.js", "fieldwords.js", "messagewords.js");
  private static final List<String> MODULES = List.of(".", "../providers", "../schema");
  private static final String SOURCES = sources();
  private static final Pattern SENTENCE = Pattern.compile("\\['([\\w.]+)', /(.*)/s]");

  /** What varies, and where the console joins what it says. */
  private static final Pattern BETWEEN =
      Pattern.compile(
          "\\(\\?<\\w+>[^)]*\\)|\\\\w\\+|[\\^$]|(?<=\\\\\\.) |(?=; nothing was changed)");

  @ParameterizedTest
  @MethodSource("sentences")
  void theServicesStillSayIt(String sentence) {
    assertThat(BETWEEN.splitAsStream(sentence).map(part -> part.replace("\\", "")))
        .allMatch(SOURCES::contains);
  }

  /** What is too busy differs, and so does what to do about it. */
  @Test
  void whatIsToBeTriedAgainLaterIsSaidInWordsOfItsOwn() throws IOException {
    List<Pattern> sentences =
        found(2).stream()
            .filter(one -> !one.startsWith(";"))
            .map(one -> Pattern.compile(one, Pattern.DOTALL))
            .toList();
    List<String> said =
        Pattern.compile("\"([^\"]*; try again later\\.)\"")
            .matcher(SOURCES)
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(said)
        .isNotEmpty()
        .allMatch(one -> sentences.stream().anyMatch(each -> each.matcher(one).find()));
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
    List<String> found = new ArrayList<>();
    for (String words : WORDS) {
      Matcher lines = SENTENCE.matcher(Files.readString(PAGE.resolve(words)));
      lines.results().map(line -> line.group(group)).forEach(found::add);
    }
    return found;
  }

  /** Returns the code that says it, with the texts joined that are split among lines. */
  private static String sources() {
    return MODULES.stream()
        .map(module -> sources(Path.of(module, "src/main/java")))
        .collect(Collectors.joining());
  }

  private static String sources(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ProblemWordsTest::read)
          .collect(Collectors.joining())
          .replaceAll("\"\\s*\\+ \"", "")
          .replace("\\\"", "\"");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
