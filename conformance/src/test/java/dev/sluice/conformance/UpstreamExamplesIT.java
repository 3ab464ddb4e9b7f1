package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of docs/upstream.md, as they are, beside a Sluice that sends. */
@EnabledOnOs(OS.LINUX)
@Tag("weekly")
class UpstreamExamplesIT {
  private static final Path PROGRAMS = DocumentedCommands.ROOT.resolve("docs/upstream");
  private static final String OUTCOME = " (SENT|DELIVERED|READ)\\b.*";

  @TempDir private static Path data;
  private static Running servers;
  private static Map<String, String> environment;

  @BeforeAll
  static void start() {
    int console = FreePort.next();
    servers =
        new Running(
            "local",
            out -> out.contains("# Ctrl-C stops everything"),
            "--kafka-port=" + FreePort.next(),
            "--database-port=" + FreePort.next(),
            "--simulator-port=" + FreePort.next(),
            "--http-port=" + console,
            "--data=" + data.resolve("data"));
    Map<String, String> pasted = servers.exports();
    new Terminal(pasted, "http://localhost:" + console)
        .sluice("sender", "put", "brazil", "--address=1065403");
    environment =
        Map.of(
            "KAFKA",
            pasted.get("SLUICE_KAFKA_BOOTSTRAP_SERVERS"),
            "DATABASE_URL",
            "%s?user=%s&password=%s"
                .formatted(
                    pasted.get("SLUICE_DATABASE_URL").replace("jdbc:", ""),
                    pasted.get("SLUICE_DATABASE_USER"),
                    pasted.get("SLUICE_DATABASE_PASSWORD")),
            // Generating Prisma's client needs no engine, but looks for this one.
            "PRISMA_SCHEMA_ENGINE_BINARY",
            "/bin/true",
            "CHECKPOINT_DISABLE",
            "1");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @Test
  @EnabledIf("dev.sluice.conformance.OtherLanguages#haveNode")
  void theNodeProgramStartsACampaignHearsOfItAndReadsItsResultsHoweverOftenItRuns()
      throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "upstream"));
    for (String file :
        List.of(
            "package.json", "package-lock.json", "tsconfig.json", "schema.prisma", "start.ts")) {
      Files.copy(PROGRAMS.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    succeeds(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
    succeeds(folder, "npm", "run", "build");

    tellsTheSameTwice("spring-2027", "crm-1", folder, "npm", "start");
  }

  @Test
  void theJavaProgramStartsACampaignHearsOfItAndReadsItsResultsHoweverOftenItRuns()
      throws Exception {
    tellsTheSameTwice(
        "summer-2027",
        "shop-1",
        PROGRAMS,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        "Start.java");
  }

  @Test
  @EnabledIf("dev.sluice.conformance.OtherLanguages#havePython")
  void thePythonProgramStartsACampaignHearsOfItAndReadsItsResultsHoweverOftenItRuns()
      throws Exception {
    tellsTheSameTwice("autumn-2027", "billing-1", PROGRAMS, OtherLanguages.PYTHON, "start.py");
  }

  /** Runs a program until it has ended, and once more, as after a crash before its end. */
  private static void tellsTheSameTwice(
      String campaign, String recipient, Path folder, String... command) throws Exception {
    assertThat(succeeds(folder, command))
        .anyMatch(line -> line.matches(campaign + " started ?"))
        .anyMatch(line -> line.matches(campaign + " completed ?"))
        .anyMatch(line -> line.matches(recipient + OUTCOME));
    assertThat(succeeds(folder, command)).anyMatch(line -> line.matches(recipient + OUTCOME));
  }

  private static List<String> succeeds(Path folder, String... command)
      throws IOException, InterruptedException {
    try (Program program = new Program(folder, environment, command)) {
      program.awaitSuccess();
      return program.lines();
    }
  }
}
