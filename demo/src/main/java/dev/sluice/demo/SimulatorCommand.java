package dev.sluice.demo;

import dev.sluice.cli.Ports;
import dev.sluice.cli.RoleProcess;
import dev.sluice.cli.Secrets;
import dev.sluice.cli.Sluice;
import dev.sluice.local.ListenerConfig;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.Trouble;
import dev.sluice.local.WhatsAppSimulator;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The WhatsApp simulator as a process. */
@Command(
    name = "simulator",
    description =
        "A WhatsApp Cloud API on this machine. GET /simulator/report tells what it accepted.",
    mixinStandardHelpOptions = true)
public final class SimulatorCommand implements Callable<Integer>, Sluice.Extension {
  static final int PORT = 8099;
  private static final Logger log = LoggerFactory.getLogger(SimulatorCommand.class);

  @Option(
      names = {"--port", "--http-port"},
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT:-" + PORT + "}",
      description = "Where it listens (SLUICE_HTTP_PORT; ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--all-interfaces",
      defaultValue = "${env:SIMULATOR_ALL_INTERFACES:-false}",
      fallbackValue = "true",
      description = "Let other machines reach it (SIMULATOR_ALL_INTERFACES; ${DEFAULT-VALUE}).")
  private boolean allInterfaces;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      defaultValue = "${env:SIMULATOR_TLS_CERTIFICATE}",
      description =
          "Speak TLS with a certificate that it makes for itself and writes there (PEM): give"
              + " workers the file as WHATSAPP_CA_FILE (SIMULATOR_TLS_CERTIFICATE; no TLS).")
  private @Nullable Path tlsCertificate;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      defaultValue = "${env:SIMULATOR_IDLE_TIMEOUT:-2m}",
      description =
          "When it drops a connection on which nothing comes (SIMULATOR_IDLE_TIMEOUT;"
              + " ${DEFAULT-VALUE}).")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "${env:SIMULATOR_RATE:-80}",
      description = "What it accepts from one number (SIMULATOR_RATE; ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      defaultValue = "${env:SIMULATOR_LATENCY:-150ms}",
      description = "Half of the responses come sooner (SIMULATOR_LATENCY; ${DEFAULT-VALUE}).")
  private Duration latency = Duration.ZERO;

  @Option(
      names = "--slow-latency",
      paramLabel = "TIME",
      defaultValue = "${env:SIMULATOR_SLOW_LATENCY:-800ms}",
      description = "99 of 100 responses come sooner (SIMULATOR_SLOW_LATENCY; ${DEFAULT-VALUE}).")
  private Duration slowLatency = Duration.ZERO;

  @Option(
      names = "--errors",
      paramLabel = "SHARE",
      defaultValue = "${env:SIMULATOR_ERRORS:-0}",
      description =
          "Share of messages answered HTTP 500 and not accepted (SIMULATOR_ERRORS;"
              + " ${DEFAULT-VALUE}).")
  private double errors;

  @Option(
      names = "--hangs",
      paramLabel = "SHARE",
      defaultValue = "${env:SIMULATOR_HANGS:-0}",
      description =
          "Share of messages accepted and never answered (SIMULATOR_HANGS; ${DEFAULT-VALUE}).")
  private double hangs;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "${env:SIMULATOR_SEED:-1}",
      description = "Makes trouble repeatable (SIMULATOR_SEED; ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--access-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:SIMULATOR_ACCESS_TOKEN}",
      description =
          "The only good bearer token; PUT /simulator/token changes it (SIMULATOR_ACCESS_TOKEN;"
              + " any).")
  private @Nullable String accessToken;

  @Option(
      names = "--pair-limit",
      defaultValue = "${env:SIMULATOR_PAIR_LIMIT:-false}",
      fallbackValue = "true",
      description =
          "One message to one user each 6 s, in bursts of 45 (SIMULATOR_PAIR_LIMIT;"
              + " ${DEFAULT-VALUE}).")
  private boolean pairLimit;

  @Option(
      names = "--refuse",
      split = ";",
      paramLabel = "REGEX=CODE",
      defaultValue = "${env:SIMULATOR_REFUSE}",
      description =
          "Answers messages to matching numbers with this error; CODE/STATUS sets the HTTP status,"
              + " CODE/receipt takes the message and reports the error later. Repeatable; PUT"
              + " /simulator/refusals changes it (SIMULATOR_REFUSE).")
  private @Nullable List<Refusal> refuse;

  @Option(
      names = "--trouble",
      split = ";",
      paramLabel = "REGEX=MODE",
      defaultValue = "${env:SIMULATOR_TROUBLE}",
      description =
          "Accepts messages of senders whose phone number id matches, and answers wrongly: silence,"
              + " reset, endless-head, endless-body, trickle, oversize, html, bad-gateway,"
              + " gateway-timeout. Repeatable; PUT /simulator/troubles changes it"
              + " (SIMULATOR_TROUBLE).")
  private @Nullable List<Trouble> trouble;

  @Option(
      names = "--webhook",
      paramLabel = "URL",
      defaultValue = "${env:SIMULATOR_WEBHOOK}",
      description =
          "Where receipts go, signed with WHATSAPP_APP_SECRET (SIMULATOR_WEBHOOK; no receipts).")
  private @Nullable URI webhook;

  @Option(
      names = "--receipt-delay",
      paramLabel = "TIME",
      defaultValue = "${env:SIMULATOR_RECEIPT_DELAY:-500ms}",
      description =
          "How long after acceptance the last receipt comes (SIMULATOR_RECEIPT_DELAY;"
              + " ${DEFAULT-VALUE}).")
  private Duration receiptDelay = Duration.ZERO;

  @Option(
      names = "--receipt-batch",
      paramLabel = "RECEIPTS",
      defaultValue = "${env:SIMULATOR_RECEIPT_BATCH:-50}",
      description = "Receipts in one call, 1 to 1000 (SIMULATOR_RECEIPT_BATCH; ${DEFAULT-VALUE}).")
  private int receiptBatch;

  @Option(
      names = "--receipt-duplicates",
      paramLabel = "SHARE",
      defaultValue = "${env:SIMULATOR_RECEIPT_DUPLICATES:-0.02}",
      description =
          "Share of receipts that come twice (SIMULATOR_RECEIPT_DUPLICATES; ${DEFAULT-VALUE}).")
  private double receiptDuplicates;

  @Option(
      names = "--shuffle-receipts",
      defaultValue = "${env:SIMULATOR_SHUFFLE_RECEIPTS:-false}",
      fallbackValue = "true",
      description = "Receipts come in any order (SIMULATOR_SHUFFLE_RECEIPTS; ${DEFAULT-VALUE}).")
  private boolean shuffleReceipts;

  private @Nullable ReceiptConfig receipts() {
    return webhook == null
        ? null
        : new ReceiptConfig(
            webhook,
            Secrets.ofProcess().require("WHATSAPP_APP_SECRET"),
            receiptDelay,
            receiptBatch,
            receiptDuplicates,
            shuffleReceipts,
            0.5,
            0);
  }

  @Override
  public void register(CommandLine sluice) {
    sluice
        .registerConverter(Refusal.class, Sluice.told(Refusal::parse))
        .registerConverter(Trouble.class, Sluice.told(Trouble::parse));
  }

  @Override
  public Integer call() throws Exception {
    SimulatorConfig config =
        new SimulatorConfig(
            new ListenerConfig(
                Ports.free(
                    allInterfaces ? Ports.ALL : Ports.LOOPBACK,
                    port,
                    "--http-port (SLUICE_HTTP_PORT)"),
                !allInterfaces,
                idleTimeout,
                tlsCertificate == null ? null : SelfSignedCertificate.writtenTo(tlsCertificate)),
            rate,
            latency,
            slowLatency,
            errors,
            hangs,
            Duration.ofSeconds(60),
            seed,
            accessToken,
            pairLimit,
            refuse == null ? List.of() : refuse,
            trouble == null ? List.of() : trouble,
            receipts());
    return RoleProcess.run(
        "simulator",
        process -> {
          WhatsAppSimulator simulator = process.register(new WhatsAppSimulator(config));
          log.info("WhatsApp simulator on {}, {} messages/s per number", simulator.url(), rate);
        });
  }
}
