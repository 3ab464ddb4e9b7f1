package dev.sluice.cli;

import dev.sluice.console.WebhookConfig;
import dev.sluice.local.EmbeddedInfrastructure;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.DatabaseConfig;
import dev.sluice.schema.KafkaConfig;
import dev.sluice.schema.Migration;
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

/** Everything on this machine, until Ctrl-C. */
@Command(
    name = "local",
    description = "Runs Kafka, PostgreSQL, a WhatsApp simulator and every service until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class LocalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT:-8080}",
      description = "The console's port (SLUICE_HTTP_PORT; ${DEFAULT-VALUE}).")
  private int port;

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
      description = "Keep the data there (SLUICE_LOCAL_DATA; else it is gone at the end).")
  private @Nullable Path data;

  @Option(
      names = "--infrastructure-only",
      defaultValue = "${env:SLUICE_INFRASTRUCTURE_ONLY:-false}",
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

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  LocalCommand() {}

  @Override
  public Integer call() throws Exception {
    return RoleProcess.run("local", this::open);
  }

  private void open(RoleProcess process) throws Exception {
    EmbeddedInfrastructure infrastructure =
        process.register(
            data == null
                ? EmbeddedInfrastructure.temporary(kafkaPort, databasePort)
                : EmbeddedInfrastructure.in(data, kafkaPort, databasePort));
    KafkaConfig kafka = KafkaConfig.of(infrastructure.bootstrapServers());
    DatabaseConfig database = infrastructure.database("sluice_app", "sluice");
    LocalPipeline.migrate(
        kafka,
        infrastructure.database("sluice_owner", "sluice"),
        Migration.DEFAULT_LANE_PARTITIONS);
    String provider = providerUrl;
    WebhookConfig webhooks =
        new WebhookConfig(
            Optional.of(UUID.randomUUID().toString()),
            Optional.empty(),
            List.of(WebhookConfig.DEFAULT_OPT_OUT_WORDS.split(",")));
    if (provider == null) {
      provider = process.register(simulator(webhooks)).url();
    }
    if (!infrastructureOnly) {
      process.register(
          new LocalPipeline(
              LocalPipelineConfig.of(kafka, database, provider, 1, port).withWebhooks(webhooks),
              process.health(),
              process.meters()));
    }
    explain(kafka, database, provider);
  }

  /** With receipts, if there is a console to take them. */
  private WhatsAppSimulator simulator(WebhookConfig webhooks) {
    SimulatorConfig config = SimulatorConfig.friendly(rate).at(simulatorPort);
    return new WhatsAppSimulator(
        infrastructureOnly
            ? config
            : config.withReceipts(
                ReceiptConfig.to(
                    URI.create("http://localhost:" + port + "/webhooks/whatsapp"),
                    webhooks.appSecret().orElseThrow())));
  }

  private void explain(KafkaConfig kafka, DatabaseConfig database, String provider) {
    CommandLine command = spec.commandLine();
    command.getOut().printf("export SLUICE_KAFKA_BOOTSTRAP_SERVERS=%s%n", kafka.bootstrapServers());
    command.getOut().printf("export SLUICE_DATABASE_URL='%s'%n", database.url());
    command.getOut().printf("export SLUICE_DATABASE_USER=%s%n", database.user());
    command.getOut().printf("export SLUICE_OWNER_USER=sluice_owner%n");
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
