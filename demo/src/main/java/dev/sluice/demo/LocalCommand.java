package dev.sluice.demo;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.cli.Ports;
import dev.sluice.cli.RoleProcess;
import dev.sluice.cli.Secrets;
import dev.sluice.cli.Sluice;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.EmbeddedInfrastructure;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.migration.Migration;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs everything on this machine until Ctrl-C. */
@Command(
    name = "local",
    description = "Runs Kafka, PostgreSQL, a WhatsApp simulator and every service until Ctrl-C.",
    mixinStandardHelpOptions = true)
public final class LocalCommand implements Callable<Integer>, Sluice.Extension {
  @Spec private CommandSpec spec;

  @Option(
      names = {"--http-port", "--port"},
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT:-8080}",
      description =
          "The console's port (SLUICE_HTTP_PORT; ${DEFAULT-VALUE}). It asks for a token if"
              + " SLUICE_API_TOKEN (or SLUICE_API_TOKEN_FILE) sets one.")
  private int port;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "${env:SLUICE_HTTP_HOST:-localhost}",
      description =
          "The address that the console is bound to; others than localhost need SLUICE_API_TOKEN"
              + " (SLUICE_HTTP_HOST; ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--default-region",
      paramLabel = "REGION",
      defaultValue = "${env:SLUICE_DEFAULT_REGION}",
      description =
          "The region of phone numbers without a country code, like BR (SLUICE_DEFAULT_REGION;"
              + " none).")
  private @Nullable String defaultRegion;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_LOCAL_KAFKA_PORT:-9092}",
      description = "Kafka's port (SLUICE_LOCAL_KAFKA_PORT; ${DEFAULT-VALUE}).")
  private int kafkaPort;

  @Option(
      names = "--database-port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_LOCAL_DATABASE_PORT:-54320}",
      description = "PostgreSQL's port (SLUICE_LOCAL_DATABASE_PORT; ${DEFAULT-VALUE}).")
  private int databasePort;

  @Option(
      names = "--simulator-port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_LOCAL_SIMULATOR_PORT:-8099}",
      description = "The simulator's port (SLUICE_LOCAL_SIMULATOR_PORT; ${DEFAULT-VALUE}).")
  private int simulatorPort;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "${env:SIMULATOR_RATE:-80}",
      description =
          "What the simulator accepts from one number (SIMULATOR_RATE; ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${env:SLUICE_LOCAL_DATA}",
      description =
          "Keep the data there; without a folder it is gone at the end (SLUICE_LOCAL_DATA; none).")
  private @Nullable Path data;

  @Option(
      names = "--infrastructure-only",
      defaultValue = "${env:SLUICE_INFRASTRUCTURE_ONLY:-false}",
      fallbackValue = "true",
      description =
          "Start no service, for running roles beside it (SLUICE_INFRASTRUCTURE_ONLY;"
              + " ${DEFAULT-VALUE}).")
  private boolean infrastructureOnly;

  @Option(
      names = "--provider-url",
      paramLabel = "URL",
      defaultValue = "${env:SLUICE_PROVIDER_URL}",
      description = "Use this instead of the simulator (SLUICE_PROVIDER_URL).")
  private @Nullable String providerUrl;

  private final Secrets secrets;

  public LocalCommand() {
    this(Secrets.ofProcess());
  }

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  LocalCommand(Secrets secrets) {
    this.secrets = secrets;
  }

  @Override
  public Integer call() throws Exception {
    WebhookConfig webhooks =
        new WebhookConfig(
            Optional.of(UUID.randomUUID().toString()),
            Optional.empty(),
            List.of(WebhookConfig.DEFAULT_OPT_OUT_WORDS.split(",")));
    requireFreePorts();
    requireGoodOptions(webhooks);
    return RoleProcess.run("local", process -> open(process, webhooks));
  }

  /**
   * Checks the ports before anything starts; a server that cannot listen reports it in a hundred
   * lines.
   */
  private void requireFreePorts() {
    Ports.free(Ports.LOOPBACK, kafkaPort, "--kafka-port (SLUICE_LOCAL_KAFKA_PORT)");
    Ports.free(Ports.LOOPBACK, databasePort, "--database-port (SLUICE_LOCAL_DATABASE_PORT)");
    if (providerUrl == null) {
      Ports.free(Ports.LOOPBACK, simulatorPort, "--simulator-port (SLUICE_LOCAL_SIMULATOR_PORT)");
    }
    if (!infrastructureOnly) {
      Ports.free(host, port, "--http-port (SLUICE_HTTP_PORT)");
    }
  }

  /**
   * Checks what the services or the simulator would refuse later; the servers' addresses do not
   * matter.
   */
  private void requireGoodOptions(WebhookConfig webhooks) {
    simulator(webhooks);
    if (!infrastructureOnly) {
      pipeline(
          KafkaConfig.of("localhost"),
          new DatabaseConfig("jdbc:postgresql:", "", null),
          providerUrl == null ? WhatsAppConfig.DEFAULT_BASE_URL : providerUrl,
          webhooks);
    }
  }

  private void open(RoleProcess process, WebhookConfig webhooks) throws Exception {
    EmbeddedInfrastructure infrastructure =
        process.register(
            data == null
                ? EmbeddedInfrastructure.temporary(kafkaPort, databasePort)
                : EmbeddedInfrastructure.in(data, kafkaPort, databasePort));
    KafkaConfig kafka = KafkaConfig.of(infrastructure.bootstrapServers());
    DatabaseConfig database = infrastructure.database(TestEnvironment.APP, "sluice");
    LocalPipeline.migrate(infrastructure, kafka, Migration.DEFAULT_LANE_PARTITIONS);
    String provider = providerUrl;
    if (provider == null) {
      provider = process.register(new WhatsAppSimulator(simulator(webhooks))).url();
    }
    if (!infrastructureOnly) {
      process.register(
          new LocalPipeline(
              pipeline(kafka, database, provider, webhooks), process.health(), process.meters()));
    }
    explain(kafka, database, provider);
  }

  LocalPipelineConfig pipeline(
      KafkaConfig kafka, DatabaseConfig database, String provider, WebhookConfig webhooks) {
    return LocalPipelineConfig.of(kafka, database, provider, 1, port)
        .withConsole(
            secrets.find(ConsoleClient.TOKEN), Optional.ofNullable(defaultRegion), webhooks)
        .withHost(host);
  }

  /** Returns the simulator's configuration, with receipts if a console runs to take them. */
  private SimulatorConfig simulator(WebhookConfig webhooks) {
    SimulatorConfig config = SimulatorConfig.friendly(rate).at(simulatorPort);
    return infrastructureOnly
        ? config
        : config.withReceipts(
            ReceiptConfig.to(
                    URI.create("http://localhost:" + port + "/webhooks/whatsapp"),
                    webhooks.appSecret().orElseThrow())
                .withReplies(Demo.REPLIED));
  }

  private void explain(KafkaConfig kafka, DatabaseConfig database, String provider) {
    CommandLine command = spec.commandLine();
    command.getOut().printf("export SLUICE_KAFKA_BOOTSTRAP_SERVERS=%s%n", kafka.bootstrapServers());
    command.getOut().printf("export SLUICE_DATABASE_URL='%s'%n", database.url());
    command.getOut().printf("export SLUICE_DATABASE_USER=%s%n", database.user());
    command.getOut().printf("export SLUICE_DATABASE_PASSWORD=%s%n", database.password());
    command.getOut().printf("export SLUICE_OWNER_USER=sluice_owner%n");
    command.getOut().printf("export SLUICE_OWNER_PASSWORD=%s%n", database.password());
    command.getOut().printf("export WHATSAPP_BASE_URL=%s%n", provider);
    command.getOut().printf("export WHATSAPP_ACCESS_TOKEN=local-access-token%n");
    if (infrastructureOnly) {
      command
          .getOut()
          .printf(
              "# now, each in a shell with these lines: ./sluice producer, worker,"
                  + " status-aggregator, console%n");
    } else {
      command.getOut().printf("# console: http://localhost:%d%n", port);
    }
    command.getOut().printf("# Ctrl-C stops everything%n");
    command.getOut().flush();
  }
}
