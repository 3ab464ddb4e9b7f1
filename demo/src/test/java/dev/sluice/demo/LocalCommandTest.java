package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Secrets;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class LocalCommandTest {
  @Test
  void itsConsoleHasTheTokenTheRegionAndTheAddressThatWereSet() {
    LocalCommand local =
        new LocalCommand(new Secrets(Map.of("SLUICE_API_TOKEN", "correct-horse-battery")));
    new CommandLine(local)
        .parseArgs("--default-region", "BR", "--http-host", "0.0.0.0", "--http-port", "8085");

    ConsoleConfig console =
        local
            .pipeline(
                KafkaConfig.of("localhost:9092"),
                new DatabaseConfig("jdbc:postgresql://localhost/sluice", "app", "secret"),
                "http://localhost:8099",
                WebhookConfig.NONE)
            .console();

    assertThat(console.token()).contains("correct-horse-battery");
    assertThat(console.defaultRegion()).contains("BR");
    assertThat(console.host()).contains("0.0.0.0");
    assertThat(console.port()).isEqualTo(8085);
  }
}
