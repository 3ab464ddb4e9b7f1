package dev.sluice.cli;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The console as a process. */
@Command(
    name = "console",
    description = "The page and the HTTP API for people, and for services that do not speak Kafka.",
    mixinStandardHelpOptions = true)
final class ConsoleCommand implements Callable<Integer> {
  static final int PORT = 8080;
  private static final Logger log = LoggerFactory.getLogger(ConsoleCommand.class);

  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private DatabaseOptions database = new DatabaseOptions();
  @Mixin private BoundsOptions bounds = new BoundsOptions();
  @Mixin private WhatsAppAddress whatsApp = new WhatsAppAddress();
  @Mixin private UsersOptions users = new UsersOptions();
  @Mixin private WebhookOutOptions webhookOut = new WebhookOutOptions();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT:-" + PORT + "}",
      description =
          "Where it listens (SLUICE_HTTP_PORT; ${DEFAULT-VALUE}). Only this machine reaches it"
              + " unless SLUICE_API_TOKEN (or SLUICE_API_TOKEN_FILE) sets a bearer token, or there"
              + " are users; the API, /metrics and details of /health/ready then ask for one or"
              + " the other.")
  private int port;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "${env:SLUICE_HTTP_HOST}",
      description =
          "The address that it is bound to (SLUICE_HTTP_HOST; all with a token or users, localhost"
              + " without).")
  private @Nullable String host;

  @Option(
      names = "--default-region",
      paramLabel = "REGION",
      defaultValue = "${env:SLUICE_DEFAULT_REGION}",
      description =
          "The region of phone numbers without a country code, like BR (SLUICE_DEFAULT_REGION;"
              + " none).")
  private @Nullable String defaultRegion;

  @Option(
      names = "--opt-out-words",
      split = ",",
      paramLabel = "WORD",
      defaultValue = "${env:SLUICE_OPT_OUT_WORDS:-" + WebhookConfig.DEFAULT_OPT_OUT_WORDS + "}",
      description =
          "Messages and quick replies by which people ask to be left alone; those given replace all"
              + " of these (SLUICE_OPT_OUT_WORDS; ${DEFAULT-VALUE}).")
  private List<String> optOutWords = List.of();

  @Option(
      names = "--prices-file",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_PRICES_FILE}",
      description =
          "What WhatsApp messages cost by country and category, for the review before a start; a"
              + " CSV file that is read at the start (SLUICE_PRICES_FILE; none).")
  private @Nullable Path prices;

  @Override
  public Integer call() throws Exception {
    ConsoleConfig config =
        new ConsoleConfig(
            kafka.config(),
            database.config(),
            port,
            Secrets.ofProcess().find(ConsoleClient.TOKEN),
            Optional.ofNullable(defaultRegion),
            new WebhookConfig(
                Secrets.ofProcess().find("WHATSAPP_APP_SECRET"),
                Secrets.ofProcess().find("WHATSAPP_VERIFY_TOKEN"),
                optOutWords),
            bounds.bounds(),
            Optional.ofNullable(host),
            whatsApp.find(),
            users.users(),
            webhookOut.find(),
            Optional.ofNullable(prices).filter(file -> !file.toString().isEmpty()));
    Ports.free(config.address(), port, "--http-port (SLUICE_HTTP_PORT)");
    return RoleProcess.run(
        "console",
        process -> {
          Console console =
              process.register(
                  new Console(
                      config,
                      process.health(),
                      process.meters(),
                      settings ->
                          HealthEndpoint.add(settings, process.health(), process.meters())));
          log.info("console on http://localhost:{}", console.port());
        });
  }
}
