package dev.sluice.cli;

import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
      names = "--whatsapp-ca-file",
      paramLabel = "FILE",
      defaultValue = "${env:WHATSAPP_CA_FILE}",
      description =
          "The certificates (PEM) that vouch for the Cloud API, instead of those that Java trusts;"
              + " for a simulator or a proxy (WHATSAPP_CA_FILE; Java's).")
  private @Nullable Path caFile;

  @Option(
      names = "--answer-timeout",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_ANSWER_TIMEOUT:-30s}",
      description =
          "How long a whole call may take, from connecting to the answer's end; beyond it the"
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
              + " server error which does not say that it was not sent"
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
        baseUrl, version, token, caFile, Duration.ofSeconds(5), answerTimeout, serverErrorsInDoubt);
  }
}
