package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs the commands of the image as processes, from the folders of the image. */
@EnabledOnOs(OS.LINUX)
class ImageIT {
  @Test
  void everyRoleStartsAndStopsAsInTheImage() throws IOException, InterruptedException {
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
            "image: worker: ready");
  }
}
