package dev.sluice.cli;

import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach WhatsApp. */
final class WhatsAppAddress {
  private static final String TOKEN = "WHATSAPP_ACCESS_TOKEN";

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

  /** Returns a configuration for reading only; empty if there is no token, or an empty one. */
  Optional<WhatsAppConfig> find() {
    return find(Duration.ofSeconds(10), true).filter(config -> !config.accessToken().isEmpty());
  }

  /** Returns the configuration; empty if there is no token. */
  Optional<WhatsAppConfig> find(Duration answerTimeout, boolean serverErrorsInDoubt) {
    return Secrets.ofProcess()
        .find(TOKEN)
        .map(token -> config(token, answerTimeout, serverErrorsInDoubt));
  }

  WhatsAppConfig config(Duration answerTimeout, boolean serverErrorsInDoubt) {
    return config(Secrets.ofProcess().require(TOKEN), answerTimeout, serverErrorsInDoubt);
  }

  private WhatsAppConfig config(String token, Duration answerTimeout, boolean serverErrorsInDoubt) {
    return new WhatsAppConfig(
        baseUrl, version, token, caFile, Duration.ofSeconds(5), answerTimeout, serverErrorsInDoubt);
  }
}
