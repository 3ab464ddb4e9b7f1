package dev.sluice.demo;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.OptionSpec;

/** Generates the tables of options and variables in docs/configuration.md from the commands. */
class ConfigurationReferenceTest {
  private static final Pattern NAME = Pattern.compile("`([A-Z]+_[A-Z_]+)`");

  /** Variables that the launcher and the logging read. */
  private static final Set<String> LAUNCHER =
      Set.of("SLUICE_HEAP", "SLUICE_JAVA_OPTIONS", "SLUICE_LOG_LEVEL");

  private record Use(String command, OptionSpec option) {}

  @Test
  void everyOptionIsDescribedAsTheCommandsDeclareIt() throws IOException {
    new GeneratedParts("configuration.md")
        .check(
            settings()
                .collect(
                    groupingBy(
                        Setting::part,
                        collectingAndThen(toList(), ConfigurationReferenceTest::table))));
  }

  /** Secrets are no options, as every user of the machine can read a command line. */
  @Test
  void theVariablesBehindNoOptionAreDescribedByHandAndNoOthers() throws IOException {
    Set<String> read = new TreeSet<>(LAUNCHER);
    read.addAll(ComposeFileTest.SECRETS);

    assertThat(
            new GeneratedParts("configuration.md")
                .byHand()
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(row -> row.split(" \\| ", 2)[0])
                .flatMap(cell -> NAME.matcher(cell).results().map(name -> name.group(1)))
                .collect(toSet()))
        .isEqualTo(read);
  }

  /** An option of several commands is declared once. */
  private static Stream<Setting> settings() {
    return Variables.commands(Sluice.complete(Sluice.commandLine()))
        .flatMap(command ->
            Variables.options(command)
                .map(option ->
                    new Use(
                        command.getCommandSpec().qualifiedName().replaceFirst("^sluice ?", ""),
                        option)))
        .collect(groupingBy(use -> use.option().userObject()))
        .values()
        .stream()
        .map(uses ->
            new Setting(
                uses.getFirst().option(),
                uses.stream().map(Use::command).collect(toCollection(TreeSet::new))));
  }

  private static String table(List<Setting> settings) {
    Stream<Setting> rows =
        settings.stream()
            .sorted(Comparator.comparing(Setting::variable).thenComparing(Setting::readers));
    return settings.stream().allMatch(setting -> setting.readers().isEmpty())
        ? MarkdownTable.of(
            List.of("variable", "option", "default", "meaning"),
            rows.map(one -> List.of(variable(one), one.typed(), one.standard(), one.meaning())))
        : MarkdownTable.of(
            List.of("variable", "option", "of", "default", "meaning"),
            rows.map(one ->
                List.of(variable(one), one.typed(), one.readers(), one.standard(), one.meaning())));
  }

  private static String variable(Setting setting) {
    return setting.variable().isEmpty() ? "none" : MarkdownTable.code(setting.variable());
  }
}
