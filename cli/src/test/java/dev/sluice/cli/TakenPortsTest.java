package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A port that somebody else has is named in one line, and nothing is started. */
class TakenPortsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "producer, --http-port",
    "status-aggregator, --http-port",
    "console, --http-port",
    "simulator, --http-port",
    "local, --kafka-port",
    "local, --database-port",
    "local, --simulator-port",
    "local, --port"
  })
  void isNamed(String command, String option) throws IOException {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      int exit =
          Sluice.commandLine()
              .setErr(new PrintWriter(err, true))
              .execute(arguments(command, option, port));

      assertThat(exit).isEqualTo(1);
      assertThat(err.toString().strip().lines())
          .containsExactly(
              "sluice "
                  + command
                  + ": port "
                  + port
                  + " is taken; choose another with "
                  + environment(option));
    }
  }

  private String[] arguments(String command, String option, String port) {
    List<String> arguments = new ArrayList<>(List.of(command, option, port));
    if (command.equals("local")) {
      arguments.addAll(List.of("--data", folder.toString()));
      List.of("--kafka-port", "--database-port", "--simulator-port", "--port").stream()
          .filter(other -> !other.equals(option))
          .forEach(other -> arguments.addAll(List.of(other, "0")));
    }
    return arguments.toArray(String[]::new);
  }

  private static String environment(String option) {
    return switch (option) {
      case "--kafka-port" -> "--kafka-port (SLUICE_LOCAL_KAFKA_PORT)";
      case "--database-port" -> "--database-port (SLUICE_LOCAL_DATABASE_PORT)";
      case "--simulator-port" -> "--simulator-port (SLUICE_LOCAL_SIMULATOR_PORT)";
      default -> option + " (SLUICE_HTTP_PORT)";
    };
  }
}
