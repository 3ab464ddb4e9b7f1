package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.console.WebhookOutConfig;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The console takes the secrets that people make with the documented commands. */
@EnabledIf("haveOpenssl")
class SecretsTest {
  static boolean haveOpenssl() {
    return Files.isExecutable(Path.of("/usr/bin/openssl"));
  }

  @Test
  void anApiTokenCanBeMadeAsDocumented() throws Exception {
    String token = printed("openssl rand -hex 32");

    assertThat(token).hasSize(64);
    assertThatCode(() ->
            new ConsoleConfig(
                KafkaConfig.of("nowhere:1"),
                new DatabaseConfig("jdbc:postgresql://nowhere/sluice", "sluice_console", null),
                0,
                Optional.of(token),
                Optional.empty(),
                WebhookConfig.NONE))
        .doesNotThrowAnyException();
  }

  @Test
  void aSecretOfWebhooksOutCanBeMadeAsDocumented() throws Exception {
    String secret = "whsec_" + printed("openssl rand -base64 32");

    assertThatCode(() -> WebhookOutConfig.of(URI.create("https://crm.example/"), secret))
        .doesNotThrowAnyException();
  }

  private static String printed(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command.split(" ")).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return printed.strip();
  }
}
