package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Steering;
import dev.sluice.local.SeparateInfrastructure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures how soon commands take effect. */
@Command(
    name = "steering",
    description =
        "Measures how soon a pause, a cancel and a new rate take effect, and a small campaign"
            + " starts beside a large one.",
    mixinStandardHelpOptions = true)
final class SteeringCommand implements Callable<Integer> {
  /** I8: nothing is launched later than this after a pause or cancel was acknowledged. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  @Spec private CommandSpec spec;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  SteeringCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      Steering steering =
          new Steering(
              servers,
              AT_ONCE,
              line -> {
                out.println(line);
                out.flush();
              });
      steering.pauseAndCancel(10_000, 1_000);
      steering.smallBesideLarge(1_000_000, 1_000, 200);
      steering.newRate(40, 200);
    }
    return 0;
  }
}
