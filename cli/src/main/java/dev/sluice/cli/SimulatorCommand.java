package dev.sluice.cli;

import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The WhatsApp simulator as a process. */
@Command(
    name = "simulator",
    description =
        "A WhatsApp Cloud API on this machine. GET /simulator/report tells what it accepted.",
    mixinStandardHelpOptions = true)
final class SimulatorCommand implements Callable<Integer> {
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
      description = "Let other machines reach it (SIMULATOR_ALL_INTERFACES; ${DEFAULT-VALUE}).")
  private boolean allInterfaces;

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
      description = "Half of the answers come sooner (SIMULATOR_LATENCY; ${DEFAULT-VALUE}).")
  private Duration latency = Duration.ZERO;

  @Option(
      names = "--slow-latency",
      paramLabel = "TIME",
      defaultValue = "${env:SIMULATOR_SLOW_LATENCY:-800ms}",
      description = "99 of 100 answers come sooner (SIMULATOR_SLOW_LATENCY; ${DEFAULT-VALUE}).")
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

  @Override
  public Integer call() throws Exception {
    SimulatorConfig config =
        new SimulatorConfig(
            port,
            !allInterfaces,
            rate,
            latency,
            slowLatency,
            errors,
            hangs,
            Duration.ofSeconds(60),
            seed);
    return RoleProcess.run(
        "simulator",
        process -> {
          WhatsAppSimulator simulator = process.register(new WhatsAppSimulator(config));
          log.info("WhatsApp simulator on {}, {} messages/s per number", simulator.url(), rate);
        });
  }
}
