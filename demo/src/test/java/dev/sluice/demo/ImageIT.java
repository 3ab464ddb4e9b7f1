package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs the commands of the image as processes, from the folders of the image. */
@EnabledOnOs(OS.LINUX)
@Tag("weekly")
class ImageIT {
  private static final Pattern SIZE = Pattern.compile("(?m)^image: MB: (.+): (\\d+)$");
  private static final Pattern SAME_EVERYWHERE = Pattern.compile(".*libraries|RocksDB.*");

  @Test
  void everyRoleStartsAndStopsAsInTheImageWhichIsAsLargeAsDocumented()
      throws IOException, InterruptedException {
    ProcessBuilder verify =
        new ProcessBuilder("deploy/image/verify")
            .directory(Path.of("..").toFile())
            .redirectErrorStream(true);
    verify.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = verify.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said)
        .contains(
            "image: every role's --help",
            "image: migrate",
            "image: console: ready",
            "image: producer: ready",
            "image: status-aggregator: ready",
            "image: worker: ready",
            "image: simulator: listens, stopped");
    assertSizes(said);
  }

  /**
   * Compares the table's rows with the sizes that the script has printed. What is made of the
   * machine's JDK differs with its vendor, version and processor.
   */
  private static void assertSizes(String said) throws IOException {
    String document = Files.readString(Path.of("../docs/operations.md"));
    List<MatchResult> sizes = SIZE.matcher(said).results().toList();

    assertThat(sizes).hasSize(6);
    for (MatchResult size : sizes) {
      Matcher row =
          Pattern.compile("(?m)^\\| " + Pattern.quote(size.group(1)) + " \\| (\\d+) \\|$")
              .matcher(document);
      int megabytes = Integer.parseInt(size.group(2));
      boolean same = SAME_EVERYWHERE.matcher(size.group(1)).matches();
      assertThat(row.find()).as("row for %s", size.group()).isTrue();
      assertThat(Integer.parseInt(row.group(1)))
          .as(size.group(1))
          .isCloseTo(megabytes, within(same ? 3 : Math.max(3, megabytes / 5)));
    }
  }
}
