package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WebhookOutOptionsTest {
  @Test
  void withoutASecretTheConsoleDoesNotStart() {
    Terminal terminal = new Terminal();

    assertThat(
            terminal.execute(
                "console", "--webhook-out-url=https://crm.example.org/", "--http-port=0"))
        .isEqualTo(2);
    assertThat(terminal.err())
        .startsWith("sluice console: SLUICE_WEBHOOK_OUT_SECRET is not set")
        .hasLineCount(1);
  }

  /** As Compose files and charts pass variables on that nobody has set. */
  @Test
  void anEmptyAddressIsNone() {
    WebhookOutOptions options = new WebhookOutOptions();
    CommandLine.populateCommand(options, "--webhook-out-url=");

    assertThat(options.find()).isEmpty();
  }
}
