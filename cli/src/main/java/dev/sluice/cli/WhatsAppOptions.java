package dev.sluice.cli;

import dev.sluice.worker.provider.WhatsAppConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How to reach WhatsApp. */
final class WhatsAppOptions {
  @Option(
      names = "--whatsapp-url",
      paramLabel = "URL",
      defaultValue = "${env:WHATSAPP_BASE_URL:-" + WhatsAppConfig.DEFAULT_BASE_URL + "}",
      description =
          "The Cloud API's address (WHATSAPP_BASE_URL; ${DEFAULT-VALUE}). The access token is in"
              + " WHATSAPP_ACCESS_TOKEN or WHATSAPP_ACCESS_TOKEN_FILE.")
  private URI baseUrl = URI.create(WhatsAppConfig.DEFAULT_BASE_URL);

  @Option(
      names = "--whatsapp-version",
      paramLabel = "VERSION",
      defaultValue = "${env:WHATSAPP_API_VERSION:-" + WhatsAppConfig.DEFAULT_API_VERSION + "}",
      description = "The Cloud API's version (WHATSAPP_API_VERSION; ${DEFAULT-VALUE}).")
  private String version = "";

  @Option(
      names = "--answer-timeout",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_ANSWER_TIMEOUT:-30s}",
      description =
          "How long an answer may take; beyond it the message is in doubt (SLUICE_ANSWER_TIMEOUT;"
              + " ${DEFAULT-VALUE}).")
  private Duration answerTimeout = Duration.ZERO;

  @Option(
      names = "--server-errors-in-doubt",
      defaultValue = "${env:SLUICE_SERVER_ERRORS_IN_DOUBT:-false}",
      description =
          "Never send again what was answered HTTP 500: it is in doubt"
              + " (SLUICE_SERVER_ERRORS_IN_DOUBT; ${DEFAULT-VALUE}).")
  private boolean serverErrorsInDoubt;

  /** Nothing if there is no token. */
  Optional<WhatsAppConfig> find() {
    return Secrets.ofProcess().find("WHATSAPP_ACCESS_TOKEN").map(this::config);
  }

  WhatsAppConfig config() {
    return config(Secrets.ofProcess().require("WHATSAPP_ACCESS_TOKEN"));
  }

  private WhatsAppConfig config(String token) {
    return new WhatsAppConfig(
        baseUrl, version, token, Duration.ofSeconds(5), answerTimeout, serverErrorsInDoubt);
  }
}
