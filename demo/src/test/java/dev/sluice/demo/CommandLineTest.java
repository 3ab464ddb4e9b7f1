package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cli.Durations;
import dev.sluice.cli.Secrets;
import dev.sluice.cli.Sluice;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  static Stream<String> commands() {
    return Sluice.complete(Sluice.commandLine()).getSubcommands().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: sluice " + command);
  }

  /** The reference takes both from there. */
  @Test
  void everyOptionIsDescribedWithItsEnvironmentVariable() {
    assertThat(
            Variables.commands(Sluice.complete(Sluice.commandLine()))
                .flatMap(Variables::options)
                .filter(option -> !option.longestName().equals("--json")))
        .allSatisfy(option ->
            assertThat(String.join(" ", Variables.declaration(option).description()))
                .as(option.longestName())
                .contains(" (" + Variables.of(option).orElseThrow()));
  }

  /** By itself, picocli takes a switch for the opposite of what the environment says. */
  @ParameterizedTest
  @MethodSource("commands")
  void aSwitchThatTheEnvironmentSetsStaysSetWhereItIsGiven(String command) {
    CommandLine commandLine = Sluice.complete(Sluice.commandLine()).getSubcommands().get(command);
    Stream.concat(Stream.of(commandLine), commandLine.getSubcommands().values().stream())
        .flatMap(one -> one.getCommandSpec().options().stream())
        .filter(option -> option.type() == boolean.class && option.arity().max() == 0)
        .filter(option -> Variables.of(option).isPresent())
        .forEach(option ->
            assertThat(option.fallbackValue()).as(option.longestName()).isEqualTo("true"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aWrongOptionGetsOneClearLineAndExitCodeTwo(String command) {
    assertThat(run(command, "--no-such-option")).isEqualTo(2);
    assertThat(err.toString().strip().lines()).hasSize(1);
    assertThat(err.toString()).contains("--no-such-option").contains("--help");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo --count 0",
        "demo --count many",
        "demo --rate 0",
        "demo --workers 99",
        "demo --recipients /no/such/file.csv",
        "producer --work-ahead soon",
        "producer --page-size 0",
        "producer --database mysql://x",
        "producer --kafka-config /no/such/file",
        "status-aggregator --flush-size 0",
        "worker --whatsapp-url ftp://x",
        "simulator --errors 2",
        "simulator --trouble 1065403=silly",
        "simulator --trouble silence",
        "migrate --partitions 0",
        "console --http-host 0.0.0.0",
        "producer --http-host nowhere.invalid",
        "producer --http-host 192.0.2.1",
        "campaign status spring",
        "campaign create --name x --sender s --message @/no/such/file",
        "campaign create --name x --sender s --message {} --scheduled-at tomorrow",
        "campaign status 3fe21825 --url http://[",
        "nonsense",
      })
  void aWrongValueGetsOneClearLineAndExitCodeTwo(String arguments) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString().strip().lines()).as(err.toString()).hasSize(1);
    assertThat(err.toString()).doesNotContainPattern("Exception|java\\.|dev\\.sluice|picocli");
  }

  @Test
  void durationsAreWrittenAsPeopleWriteThem() {
    assertThat(Durations.parse("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Durations.parse("10s")).isEqualTo(Duration.ofSeconds(10));
    assertThat(Durations.parse("5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(Durations.parse("1h")).isEqualTo(Duration.ofHours(1));
    assertThatThrownBy(() -> Durations.parse("10")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSecretComesFromTheEnvironmentOrFromAFileThatItNames(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "from-file\n");

    assertThat(new Secrets(Map.of("T", "from-environment")).find("T")).contains("from-environment");
    assertThat(new Secrets(Map.of("T_FILE", file.toString())).find("T")).contains("from-file");
    assertThat(new Secrets(Map.of()).find("T")).isEmpty();
    assertThatThrownBy(() -> new Secrets(Map.of()).require("T")).hasMessageContaining("T_FILE");
    assertThatThrownBy(() -> new Secrets(Map.of("T_FILE", "/no/such")).find("T"))
        .hasMessageContaining("/no/such");
  }

  private int run(String... arguments) {
    return Sluice.complete(Sluice.commandLine())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
