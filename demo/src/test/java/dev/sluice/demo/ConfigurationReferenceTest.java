package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Compares docs/configuration.md with the variables that the commands read. */
class ConfigurationReferenceTest {
  private static final Pattern NAME = Pattern.compile("`([A-Z]+_[A-Z_]+)`");

  /** Variables that the launcher and the logging read. */
  private static final Set<String> LAUNCHER =
      Set.of("SLUICE_HEAP", "SLUICE_JAVA_OPTIONS", "SLUICE_LOG_LEVEL");

  @Test
  void everyVariableIsDescribedAndNoOther() throws IOException {
    Set<String> read = new TreeSet<>(LAUNCHER);
    read.addAll(ComposeFileTest.SECRETS);
    commands(Sluice.complete(Sluice.commandLine()))
        .flatMap(command -> command.getCommandSpec().options().stream())
        .flatMap(option -> Variables.of(option).stream())
        .forEach(read::add);
    assertThat(rows().flatMap(row -> names(row).stream()).collect(Collectors.toSet()))
        .isEqualTo(read);
  }

  /** Except those that are described in words, because they depend on more. */
  @Test
  void defaultsAreThoseOfTheCommands() throws IOException {
    Map<String, Set<String>> defaults = new HashMap<>();
    commands(Sluice.complete(Sluice.commandLine()))
        .flatMap(command -> command.getCommandSpec().options().stream())
        .forEach(option ->
            Variables.of(option)
                .ifPresent(name ->
                    defaults
                        .computeIfAbsent(name, _ -> new TreeSet<>())
                        .add(Variables.defaultOf(option))));
    SoftAssertions softly = new SoftAssertions();
    Set<String> compared = new TreeSet<>();
    rows()
        .forEach(row -> {
          List<String> names = names(row);
          List<String> told = List.of(row.split(" \\| ", 3)[1].split(", ", -1));
          for (int i = 0; i < names.size(); i++) {
            Set<String> real = defaults.get(names.get(i));
            String one =
                told.size() == 1 ? told.getFirst() : told.get(Math.min(i, told.size() - 1));
            if (real != null && one.matches("none|`[^`]*`")) {
              compared.add(names.get(i));
              softly
                  .assertThat(real)
                  .as(names.get(i))
                  .containsExactly(one.equals("none") ? "" : one.replace("`", ""));
            }
          }
        });
    softly.assertAll();
    assertThat(compared).hasSizeGreaterThan(60);
  }

  private static Stream<String> rows() throws IOException {
    return Files.readAllLines(Path.of("../docs/configuration.md")).stream()
        .filter(line -> line.startsWith("| `"))
        .filter(line -> NAME.matcher(line.split(" \\| ", 2)[0]).find());
  }

  /** Returns the variables that a row of the table is about. */
  private static List<String> names(String row) {
    return NAME.matcher(row.split(" \\| ", 2)[0]).results().map(name -> name.group(1)).toList();
  }

  private static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(ConfigurationReferenceTest::commands));
  }
}
