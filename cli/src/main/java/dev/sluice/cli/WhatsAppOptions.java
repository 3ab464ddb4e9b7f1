package dev.sluice.cli;

import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to send through WhatsApp. */
final class WhatsAppOptions {
  @Mixin private WhatsAppAddress address = new WhatsAppAddress();

  @Option(
      names = "--answer-timeout",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_ANSWER_TIMEOUT:-30s}",
      description =
          "How long a whole call may take, from connecting to the response's end; beyond it the"
              + " message is in doubt (SLUICE_ANSWER_TIMEOUT; ${DEFAULT-VALUE}).")
  private Duration answerTimeout = Duration.ZERO;

  @Option(
      names = "--server-errors-in-doubt",
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "${env:SLUICE_SERVER_ERRORS_IN_DOUBT:-true}",
      description =
          "Whether a message is in doubt, and not sent again by itself, that was answered with a"
              + " server error which does not say that it was not sent; false tries it again"
              + " (SLUICE_SERVER_ERRORS_IN_DOUBT; ${DEFAULT-VALUE}).")
  private boolean serverErrorsInDoubt;

  /** Returns the configuration; empty if there is no token. */
  Optional<WhatsAppConfig> find() {
    return address.find(answerTimeout, serverErrorsInDoubt);
  }

  WhatsAppConfig config() {
    return address.config(answerTimeout, serverErrorsInDoubt);
  }
}
