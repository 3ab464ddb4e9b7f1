package dev.sluice.cli;

import dev.sluice.console.WebhookOutConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a console posts campaigns' events. */
final class WebhookOutOptions {
  private static final String SECRET = "SLUICE_WEBHOOK_OUT_SECRET";

  @Option(
      names = "--webhook-out-url",
      paramLabel = "URL",
      defaultValue = "${env:SLUICE_WEBHOOK_OUT_URL}",
      description =
          "Where campaigns' events are posted, signed with SLUICE_WEBHOOK_OUT_SECRET or the one in"
              + " SLUICE_WEBHOOK_OUT_SECRET_FILE (SLUICE_WEBHOOK_OUT_URL; none).")
  private @Nullable URI url;

  @Option(
      names = "--webhook-out-events",
      split = ",",
      paramLabel = "EVENT",
      defaultValue = "${env:SLUICE_WEBHOOK_OUT_EVENTS:-" + WebhookOutConfig.DEFAULT_EVENTS + "}",
      description =
          "The events to post: started, paused, fault, resumed, completed, cancelled"
              + " (SLUICE_WEBHOOK_OUT_EVENTS; ${DEFAULT-VALUE}).")
  private List<String> events = List.of();

  @Option(
      names = "--webhook-out-ca-file",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_WEBHOOK_OUT_CA_FILE}",
      description =
          "The certificates (PEM) that vouch for the address of --webhook-out-url, instead of those"
              + " that Java trusts (SLUICE_WEBHOOK_OUT_CA_FILE; Java's).")
  private @Nullable Path caFile;

  @Option(
      names = "--webhook-out-plain",
      defaultValue = "${env:SLUICE_WEBHOOK_OUT_PLAIN:-false}",
      fallbackValue = "true",
      description =
          "Let --webhook-out-url be http on another machine (SLUICE_WEBHOOK_OUT_PLAIN;"
              + " ${DEFAULT-VALUE}).")
  private boolean plain;

  /** Returns the configuration; empty if there is no URL, or an empty one. */
  Optional<WebhookOutConfig> find() {
    return Optional.ofNullable(url)
        .filter(given -> !given.toString().isEmpty())
        .map(given ->
            new WebhookOutConfig(
                given,
                Secrets.ofProcess().require(SECRET),
                Optional.ofNullable(caFile).filter(file -> !file.toString().isEmpty()),
                plain,
                events));
  }
}
