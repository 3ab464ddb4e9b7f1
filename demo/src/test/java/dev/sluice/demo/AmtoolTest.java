package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Has Alertmanager itself read its configuration, also with the receivers that it suggests. */
@EnabledIf("dev.sluice.demo.Checker#amtoolIsThere")
class AmtoolTest {
  private static final Path FOLDER = Path.of("..", "deploy", "alertmanager");

  @Test
  void alertmanagerReadsItsConfiguration() throws Exception {
    accepts(FOLDER);
  }

  @Test
  void alertmanagerReadsTheReceiversOfItsComment(@TempDir Path folder) throws Exception {
    String configuration = Files.readString(FOLDER.resolve("alertmanager.yml"));
    StringBuilder receivers = new StringBuilder();
    configuration
        .lines()
        .filter(line -> line.startsWith("#   "))
        .forEach(line -> receivers.append("    ").append(line.substring(4)).append('\n'));
    assertThat(receivers).contains("webhook_configs", "email_configs");
    assertThat(configuration).endsWith("  - name: people\n");
    Files.writeString(folder.resolve("alertmanager.yml"), configuration + receivers);

    accepts(folder);
  }

  private static void accepts(Path folder) throws Exception {
    Checker.Verdict verdict = Checker.AMTOOL.run(folder, "check-config", "alertmanager.yml");

    assertThat(verdict.exitCode()).as(verdict.words()).isZero();
    assertThat(verdict.words()).contains("1 receivers");
  }
}
