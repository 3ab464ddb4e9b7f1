package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    Set<String> described = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("../docs/configuration.md"))) {
      if (line.startsWith("| `")) {
        NAME.matcher(line.split(" \\| ", 2)[0])
            .results()
            .map(name -> name.group(1))
            .forEach(described::add);
      }
    }

    assertThat(described).isEqualTo(read);
  }

  private static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(ConfigurationReferenceTest::commands));
  }
}
