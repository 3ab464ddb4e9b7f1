package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A role that cannot start, for example because its port is taken, says so in one line and starts
 * nothing.
 */
class TakenPortsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "producer, --http-port",
    "worker, --http-port",
    "status-aggregator, --http-port",
    "console, --http-port",
    "simulator, --http-port",
    "local, --kafka-port",
    "local, --database-port",
    "local, --simulator-port",
    "local, --http-port",
    "local, --port"
  })
  void isNamed(String command, String option) throws IOException {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      int exit =
          Sluice.complete(Sluice.commandLine())
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

  /** Whether this test or another process holds the port does not matter. */
  @ParameterizedTest
  @CsvSource({
    "producer, 8081, --http-port",
    "worker, 8082, --http-port",
    "status-aggregator, 8083, --http-port",
    "console, 8080, --http-port",
    "simulator, 8099, --http-port",
    "local, 9092, --kafka-port",
    "local, 54320, --database-port",
    "local, 8099, --simulator-port",
    "local, 8080, --http-port"
  })
  void isNamedIfItIsTheRolesOwn(String command, int port, String option) throws IOException {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = new ServerSocket()) {
      try {
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (BindException e) {
        // Taken already.
      }
      List<String> arguments = new ArrayList<>(List.of(arguments(command, option, "")));
      arguments.subList(1, 3).clear();
      int exit =
          Sluice.complete(Sluice.commandLine())
              .setErr(new PrintWriter(err, true))
              .execute(arguments.toArray(String[]::new));

      assertThat(exit).isEqualTo(1);
      assertThat(err.toString()).contains("port " + port + " is taken").contains(option);
    }
  }

  /** A role that binds all addresses needs the port on each of them. */
  @Test
  void isNamedAtWhicheverAddressItIsTaken() throws IOException {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = elsewhere()) {
      int exit =
          Sluice.commandLine()
              .setErr(new PrintWriter(err, true))
              .execute(
                  "producer",
                  "--http-host",
                  "0.0.0.0",
                  "--http-port",
                  Integer.toString(taken.getLocalPort()));

      assertThat(exit).isEqualTo(1);
      assertThat(err.toString()).contains("port " + taken.getLocalPort() + " is taken");
    }
  }

  /** Not every system has more than one loopback address. */
  private static ServerSocket elsewhere() throws IOException {
    try {
      return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"));
    } catch (BindException e) {
      return Assumptions.abort("127.0.0.2 cannot be bound here");
    }
  }

  /** Otherwise Kafka and PostgreSQL would already have been started and their data created. */
  @ParameterizedTest
  @CsvSource({
    "--http-host, 0.0.0.0, SLUICE_API_TOKEN",
    "--http-host, 192.0.2.1, no address of this machine",
    "--default-region, nowhere, not a region",
    "--provider-url, ftp://x, http or https",
    "--rate, 0, above 0",
  })
  void whatLocalCannotDoIsToldBeforeAnythingStarts(String option, String value, String words)
      throws IOException {
    StringWriter err = new StringWriter();
    int exit =
        Sluice.complete(Sluice.commandLine())
            .setErr(new PrintWriter(err, true))
            .execute(
                Stream.concat(
                        Stream.of(arguments("local", "--http-port", "0")), Stream.of(option, value))
                    .toArray(String[]::new));

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString().strip().lines()).singleElement().asString().contains(words);
    assertThat(folder).isEmptyDirectory();
  }

  private String[] arguments(String command, String option, String port) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, option, port));
    if (command.equals("worker")) {
      // A provider without a token, so that the environment need not hold one.
      Path provider = folder.resolve("sms.json");
      Files.writeString(provider, "{\"name\":\"sms\",\"url\":\"http://localhost:1\",\"body\":{}}");
      arguments.addAll(List.of("--http-provider", provider.toString()));
    }
    if (command.equals("local")) {
      arguments.addAll(List.of("--data", folder.toString()));
      List.of("--kafka-port", "--database-port", "--simulator-port", "--http-port").stream()
          .filter(other -> !other.equals(option.equals("--port") ? "--http-port" : option))
          .forEach(other -> arguments.addAll(List.of(other, "0")));
    }
    return arguments.toArray(String[]::new);
  }

  private static String environment(String option) {
    return switch (option) {
      case "--kafka-port" -> "--kafka-port (SLUICE_LOCAL_KAFKA_PORT)";
      case "--database-port" -> "--database-port (SLUICE_LOCAL_DATABASE_PORT)";
      case "--simulator-port" -> "--simulator-port (SLUICE_LOCAL_SIMULATOR_PORT)";
      default -> "--http-port (SLUICE_HTTP_PORT)";
    };
  }
}
