package dev.sluice.benchmark;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.benchmark.simulation.Simulations;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the services in simulated time, one seed after another. */
@Command(
    name = "simulate",
    description =
        "Runs producer, workers and aggregator on a simulated broker, database, provider and clock,"
            + " with faults chosen by a seed, and checks the invariants all along.",
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private static final long AT_ONCE = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--schedules",
      defaultValue = "${env:SLUICE_SIMULATE_SCHEDULES:-2000}",
      description = "How many (SLUICE_SIMULATE_SCHEDULES; ${DEFAULT-VALUE}).")
  private long schedules;

  @Option(
      names = "--seed",
      defaultValue = "${env:SLUICE_SIMULATE_SEED}",
      description = "The first one's; the others follow (SLUICE_SIMULATE_SEED; random).")
  private @Nullable Long seed;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  SimulateCommand() {}

  @Override
  public Integer call() {
    // Hides the services' reports of intended faults.
    ((Logger) LoggerFactory.getLogger("dev.sluice")).setLevel(Level.OFF);
    PrintWriter out = spec.commandLine().getOut();
    long first = seed == null ? System.nanoTime() : seed;
    Simulations simulations = new Simulations();
    long begunNanos = System.nanoTime();
    for (long done = 0; done < schedules; done += AT_ONCE) {
      Optional<String> failure = simulations.run(first + done, Math.min(AT_ONCE, schedules - done));
      double seconds = (System.nanoTime() - begunNanos) / 1e9;
      out.printf(
          "%d schedules from seed %d, %.0f/s: %d messages, %d events%n",
          simulations.runs(),
          first,
          simulations.runs() / seconds,
          simulations.launched(),
          simulations.steps());
      out.flush();
      if (failure.isPresent()) {
        out.println(failure.get());
        return 1;
      }
    }
    return 0;
  }
}
