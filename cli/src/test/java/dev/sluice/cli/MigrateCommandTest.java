package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MigrateCommandTest {
  @Test
  void eachRolesPasswordComesFromItsOwnVariable() {
    assertThat(
            MigrateCommand.passwords(
                "sluice_app",
                new Secrets(
                    Map.of(
                        "SLUICE_DATABASE_PASSWORD", "app",
                        "SLUICE_PRODUCER_PASSWORD", "producer",
                        "SLUICE_CONSOLE_PASSWORD", "console"))))
        .isEqualTo(
            Map.of(
                "sluice_app", "app",
                "sluice_producer", "producer",
                "sluice_console", "console"));
  }
}
