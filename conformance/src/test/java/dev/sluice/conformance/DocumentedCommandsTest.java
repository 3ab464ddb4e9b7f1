package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.cli.Sluice;
import dev.sluice.conformance.DocumentedCommands.Documented;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParseResult;

/** Parses every command line of the documents as the command itself does. */
class DocumentedCommandsTest {
  /** What stands for a value in documents, with such a value. */
  private static final Map<String, String> VALUES =
      Map.of(
          "ID", "3fe21825-0000-4000-8000-000000000000",
          "N", "7",
          "NAME", "pipeline",
          "<command>", "worker");

  static Stream<Documented> commands() {
    return DocumentedCommands.all();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandLineIsOneThatSluiceUnderstands(Documented documented) {
    CommandLine sluice = Sluice.complete(Sluice.commandLine());
    String[] words =
        Stream.of(documented.text().split(" "))
            .map(word -> VALUES.getOrDefault(word, word))
            .toArray(String[]::new);

    assertThatCode(
            () -> {
              try {
                assertThat(strangers(sluice.parseArgs(words))).isEmpty();
              } catch (MissingParameterException e) {
                if (documented.complete()) {
                  throw e;
                }
              }
            })
        .doesNotThrowAnyException();
  }

  /** Returns the values that are none of those that the command suggests, such as old names. */
  private static Stream<String> strangers(ParseResult parsed) {
    return Stream.concat(
        parsed.matchedArgs().stream()
            .filter(argument -> argument.completionCandidates() != null)
            .flatMap(argument -> {
              Set<String> known = new HashSet<>();
              argument.completionCandidates().forEach(known::add);
              return argument.stringValues().stream().filter(value -> !known.contains(value));
            }),
        parsed.hasSubcommand() ? strangers(parsed.subcommand()) : Stream.empty());
  }

  @Test
  void benchmarksAreReadWhereTheyAreNamedInTablesAndAfterOneAnother() {
    assertThat(commands().map(Documented::toString))
        .contains(
            "README.md: benchmark outages",
            "CHANGELOG.md: benchmark run takeover",
            "benchmarks.md: benchmark run scale",
            "operations.md: benchmark neighbours --only SILENT_PROVIDER");
  }

  @Test
  void theDocumentsAreFullOfCommands() {
    assertThat(commands().filter(Documented::complete)).hasSizeGreaterThan(50);
  }

  @Test
  void whatIsRunElsewhereIsStillDocumented() {
    assertThat(RunElsewhere.COMMANDS.keySet())
        .isSubsetOf(
            Stream.concat(commands().map(Documented::text), DocumentedCommands.lines()).toList());
  }

  @Test
  void everyDocumentedCommandOfAnotherProgramIsListedWithWhatRunsIt() {
    assertThat(DocumentedCommands.ofOtherPrograms())
        .containsExactlyInAnyOrderElementsOf(RunElsewhere.OTHERS.keySet());
  }

  @Test
  void theTestsThatRunItElsewhereExist() {
    List<Path> tests =
        Modules.all().stream()
            .map(module -> DocumentedCommands.ROOT.resolve(module).resolve("src/test/java"))
            .flatMap(DocumentedCommandsTest::files)
            .map(Path::getFileName)
            .toList();

    assertThat(RunElsewhere.tests())
        .isNotEmpty()
        .allMatch(test -> tests.contains(Path.of(test + ".java")));
  }

  @Test
  void theScriptOfMeasurementsRunsThoseThatAreLeftToIt() throws IOException {
    List<String> script = Files.readAllLines(DocumentedCommands.ROOT.resolve(".ci/measure"));

    assertThat(RunElsewhere.COMMANDS)
        .allSatisfy((command, where) ->
            assertThat(script.contains(command)).isEqualTo(where.equals(RunElsewhere.WEEKLY)));
  }

  private static Stream<Path> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
