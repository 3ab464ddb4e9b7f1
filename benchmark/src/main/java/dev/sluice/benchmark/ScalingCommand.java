package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Scaling;
import dev.sluice.local.SeparateInfrastructure;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures rate and takeover times while workers join, leave and die. */
@Command(
    name = "scaling",
    description =
        "Measures how exactly rates hold while workers come, go and die, and how soon others take"
            + " over. Takes about seven minutes.",
    mixinStandardHelpOptions = true)
final class ScalingCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Only these parts: ${COMPLETION-CANDIDATES} (all).")
  private List<Scaling.Part> only = List.of(Scaling.Part.values());

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ScalingCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      Scaling scaling =
          new Scaling(
              servers,
              line -> {
                out.println(line);
                out.flush();
              });
      for (Scaling.Part part : only) {
        scaling.run(part);
      }
    }
    return 0;
  }
}
