package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DemoIT {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void sendsAFileOfRecipientsThroughTheWholeSystemAndSeveralWorkers(@TempDir Path folder)
      throws Exception {
    StringBuilder csv = new StringBuilder("\uFEFFphone,first_name,note\r\n");
    for (int i = 0; i < 150; i++) {
      csv.append("+55119").append(60_000_000 + i).append(",Jürgen,\"a, \"\"b\"\"\"\r\n");
    }
    csv.append("12345,bad,\r\n").append("+5511960000000,twice,\r\n");
    Path file = Files.writeString(folder.resolve("people.csv"), csv);

    int exitCode =
        run("demo", "--recipients", file.toString(), "--rate", "200", "--workers", "3", "--json");

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(err.toString())
        .containsPattern("Watch it: http://localhost:\\d+\\R")
        .contains("line 152: ")
        .contains("1 duplicates")
        .containsPattern("  delivered 150 \\| read \\d+\\R")
        .contains("Try next: ./sluice local");
    assertThat(sessionInTheReadme())
        .hasSizeGreaterThan(15)
        .allSatisfy(line -> assertThat(err.toString()).containsPattern(line));
    JsonNode summary = Json.MAPPER.readTree(out.toString().strip());
    assertThat(summary.path("recipients").asInt()).isEqualTo(150);
    assertThat(summary.path("sent").asInt()).isEqualTo(150);
    assertThat(summary.path("delivered").asInt()).isEqualTo(150);
    assertThat(summary.path("read").asInt()).isBetween(1, 149);
    assertThat(summary.path("duplicates").asInt(-1)).isZero();
    // Many fewer than recipients; on a busy machine more of those that look regularly whether there
    // is something to do fall into it.
    assertThat(summary.path("sqlStatements").asInt()).isBetween(3, 50);
    assertThat(summary.propertyNames())
        .containsExactlyInAnyOrder(
            "recipients",
            "sent",
            "delivered",
            "read",
            "failed",
            "unconfirmed",
            "suppressed",
            "duplicates",
            "startedAt",
            "seconds",
            "messagesPerSecond",
            "maxInOneSecond",
            "sqlStatements");
  }

  /** Returns patterns of what the README says that the demo prints, whatever the numbers. */
  private static List<String> sessionInTheReadme() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    int begin = readme.indexOf("Starting Kafka");
    return readme
        .substring(begin, readme.indexOf("```", begin))
        .lines()
        .filter(line -> !line.isBlank() && !line.strip().equals("…"))
        // A terminal shows a bar.
        .filter(line -> !line.startsWith("sending "))
        .map(line -> "(?m)^\\Q" + line.replaceAll("[0-9.]+ *", "\\\\E[0-9.]+ *\\\\Q") + "\\E$")
        .toList();
  }

  private int run(String... arguments) {
    return Sluice.complete(Sluice.commandLine())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
